//! Checks on the text of files: sizes, words that must not appear, who may read the environment or print.

use super::Finding;
use crate::tree;

type Check = fn(&[String]) -> Vec<Finding>;

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("the top level holds only what the layout names", top_level),
    ("files stay short", file_sizes),
    (
        "I3: the model has no async, clock, environment, files or network",
        model_is_pure,
    ),
    ("I4: the framework has no AWS words", framework_knows_no_cloud),
    ("I6: only the server and aws::config read the environment", environment),
    ("I7: only the handshake writes to stdout", stdout),
    ("no machine paths and no registry hosts in tracked files", foreign_words),
    ("modules bring no provider blocks", module_provider_blocks),
    (
        "I10: every object has a page, examples and an acceptance test",
        objects_are_complete,
    ),
    ("no module is named utils, helpers, common or manager", vague_names),
];

const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "GNUmakefile",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "clippy.toml",
    "rustfmt.toml",
    "deny.toml",
    "rust-toolchain.toml",
    "terraform-registry-manifest.json",
    "provider",
    "modules",
    "examples",
    "edge-src",
    "tests",
    "docs",
    "docs-dev",
];

/// Longest hand-written source file, in lines.
const HARD_LIMIT: usize = 500;

fn top_level(files: &[String]) -> Vec<Finding> {
    let mut names: Vec<&str> = files.iter().filter_map(|path| path.split('/').next()).collect();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(name))
        .map(|name| Finding::new("top-level", name, "is not part of the layout in ARCHITECTURE.md"))
        .collect()
}

fn is_source(path: &str) -> bool {
    let hand_written =
        !path.contains("/dist/") && !path.contains("vectors/") && !path.contains("/cases/") && !path.contains("lock");
    hand_written
        && [".rs", ".ts", ".mjs", ".js", ".py"]
            .iter()
            .any(|ending| path.ends_with(ending))
}

fn file_sizes(files: &[String]) -> Vec<Finding> {
    files
        .iter()
        .filter(|path| is_source(path))
        .filter_map(|path| {
            let lines = tree::text(path)?.lines().count();
            (lines > HARD_LIMIT)
                .then(|| Finding::new("size", path.as_str(), format!("{lines} lines, at most {HARD_LIMIT}")))
        })
        .collect()
}

/// The lines of a Rust file that ship: without comments and without the module `tests` at its end.
fn shipped_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

fn shipped_rust<'a>(files: &'a [String], folder: &'a str) -> impl Iterator<Item = &'a String> {
    files.iter().filter(move |path| {
        path.starts_with(folder)
            && path.ends_with(".rs")
            && path.contains("/src/")
            && !path.contains("/tests/")
            && !path.ends_with("tests.rs")
    })
}

fn words(files: &[String], folder: &str, rule: &'static str, banned: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in shipped_rust(files, folder) {
        let Some(text) = tree::text(path) else { continue };
        for (number, line) in shipped_lines(&text) {
            for word in banned.iter().filter(|word| line.contains(**word)) {
                findings.push(Finding::new(rule, format!("{path}:{number}"), format!("`{word}`")));
            }
        }
    }
    findings
}

fn model_is_pure(files: &[String]) -> Vec<Finding> {
    let banned = [
        "async fn",
        ".await",
        "SystemTime",
        "Instant::now",
        "std::env",
        "std::fs",
        "std::net",
        "tokio",
        "std::process",
    ];
    words(files, "provider/model/", "model-purity", &banned)
}

fn framework_knows_no_cloud(files: &[String]) -> Vec<Finding> {
    let banned = ["aws_", "Aws", "AWS", "CloudFront", "cloudfront", "Lambda@", "arn:"];
    words(files, "provider/framework/", "framework-cloud", &banned)
}

fn environment(files: &[String]) -> Vec<Finding> {
    words(
        files,
        "provider/",
        "environment",
        &["env::var", "env::vars", "env::var_os"],
    )
    .into_iter()
    .filter(|finding| {
        let allowed = ["provider/server/", "provider/aws/src/config", "provider/xtask/"];
        !allowed.iter().any(|place| finding.place.starts_with(place))
    })
    .collect()
}

fn stdout(files: &[String]) -> Vec<Finding> {
    words(files, "provider/", "stdout", &["println!", "print!(", "stdout()"])
        .into_iter()
        .filter(|finding| {
            let allowed = ["provider/wire/src/handshake", "provider/xtask/"];
            !allowed.iter().any(|place| finding.place.starts_with(place)) && !finding.what.is_empty()
        })
        .filter(|finding| !line_of(&finding.place).contains("eprint"))
        .collect()
}

fn line_of(place: &str) -> String {
    let Some((path, number)) = place.rsplit_once(':') else {
        return String::new();
    };
    let index: usize = number.parse().unwrap_or(0);
    tree::text(path)
        .and_then(|text| text.lines().nth(index.saturating_sub(1)).map(str::to_owned))
        .unwrap_or_default()
}

fn foreign_words(files: &[String]) -> Vec<Finding> {
    let hosts = [
        ["registry.npmjs", ".org"].concat(),
        ["pypi", ".org"].concat(),
        ["files.pythonhosted", ".org"].concat(),
        ["static.crates", ".io"].concat(),
    ];
    let homes = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut findings = Vec::new();
    for path in files.iter().filter(|path| !path.ends_with("Cargo.lock")) {
        let Some(text) = tree::text(path) else { continue };
        for (index, line) in text.lines().enumerate() {
            let place = || format!("{path}:{}", index + 1);
            for host in hosts.iter().filter(|host| line.contains(host.as_str())) {
                findings.push(Finding::new("registry-host", place(), host.as_str()));
            }
            for home in homes.iter().filter(|home| begins_word(line, home.as_str())) {
                findings.push(Finding::new("machine-path", place(), home.as_str()));
            }
        }
    }
    findings
}

/// Whether `line` has `word` at its start or behind a character that ends a word.
fn begins_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && !"_.-}$".contains(before))
    })
}

fn module_provider_blocks(files: &[String]) -> Vec<Finding> {
    files
        .iter()
        .filter(|path| path.starts_with("modules/") && path.ends_with(".tf") && !path.contains("/tests/"))
        .filter(|path| tree::text(path).is_some_and(|text| text.lines().any(|line| line.starts_with("provider \""))))
        .map(|path| Finding::new("module-provider", path.as_str(), "a module is given its providers"))
        .collect()
}

/// Objects are found where they say their type name; what each needs beside its code is found by that name.
fn objects_are_complete(files: &[String]) -> Vec<Finding> {
    let acceptance: String = files
        .iter()
        .filter(|path| path.starts_with("tests/acceptance/"))
        .filter_map(|path| tree::text(path))
        .collect();
    let mut findings = Vec::new();
    for path in shipped_rust(files, "provider/resources/") {
        let Some(text) = tree::text(path) else { continue };
        let Some(after) = text.split("fn type_name(&self) -> &'static str {").nth(1) else {
            continue;
        };
        // One implementation may serve several types.
        let body = after.split("\n    }").next().unwrap_or_default();
        for name in body.split('"').skip(1).step_by(2) {
            findings.extend(incomplete(files, &acceptance, path, name));
        }
    }
    findings
}

/// What an object of a source file lacks.
fn incomplete(files: &[String], acceptance: &str, path: &str, name: &str) -> Vec<Finding> {
    let short = name.strip_prefix("zt_").unwrap_or(name);
    let is_data_source = tree::text(path).is_some_and(|text| text.contains("impl DataSource for"));
    let needed = match is_data_source {
        true => vec![
            format!("docs/data-sources/{short}.md"),
            format!("examples/data-sources/{name}/data-source.tf"),
        ],
        false => vec![
            format!("docs/resources/{short}.md"),
            format!("examples/resources/{name}/resource.tf"),
            format!("examples/resources/{name}/import.sh"),
        ],
    };
    let absent = needed.into_iter().filter(|needed| !files.contains(needed));
    let mut findings: Vec<Finding> = absent
        .map(|needed| Finding::new("I10", path, format!("{name} has no {needed}")))
        .collect();
    if !acceptance.contains(name) {
        findings.push(Finding::new("I10", path, format!("{name} has no acceptance test")));
    }
    findings
}

fn vague_names(files: &[String]) -> Vec<Finding> {
    let vague = ["utils", "util", "helpers", "helper", "common", "manager"];
    files
        .iter()
        .filter(|path| is_source(path))
        .filter(|path| path.split(['/', '.']).any(|part| vague.contains(&part)))
        .map(|path| Finding::new("names", path.as_str(), "name it after what it does"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_machine_is_told_from_a_part_of_another_path() {
        assert!(begins_word("cd /opt/zt", "/opt/"));
        assert!(begins_word("/opt/x", "/opt/"));
        assert!(!begins_word("target/opt/zt", "/opt/"));
        assert!(!begins_word("{{module}/opt/x", "/opt/"));
    }

    #[test]
    fn lines_of_tests_and_comments_do_not_ship() {
        let text = "fn a() {}\n// println!\n#[cfg(test)]\nmod tests { println!() }\n";
        let lines: Vec<_> = shipped_lines(text).collect();
        assert_eq!(lines, [(1, "fn a() {}")]);
    }
}
