//! Registry pages out of the schema that the real CLI prints (`terraform providers schema -json`) and the examples.
//!
//! One schema renders wire, validation and documentation; a stale page fails the check. The layout is the registry's:
//! `docs/index.md`, and a page for each resource, ephemeral resource, data source and function.

mod functions;

use crate::tree;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

/// `docs <schema.json> [--check]`
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let check = arguments.iter().any(|argument| argument == "--check");
    let Some(file) = arguments.iter().find(|argument| !argument.starts_with("--")) else {
        eprintln!("usage: cargo xtask docs SCHEMA.json [--check]");
        return ExitCode::from(2);
    };
    let pages = match pages(file) {
        Ok(pages) => pages,
        Err(error) => {
            eprintln!("docs: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut stale = 0;
    for (path, text) in &pages {
        if tree::text(path).as_deref() == Some(text) {
            continue;
        }
        stale += 1;
        if check {
            println!("{path} is stale; run `make docs`");
        } else if let Err(error) = write(path, text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    println!(
        "docs: {} passed, {} failed",
        pages.len() - if check { stale } else { 0 },
        if check { stale } else { 0 }
    );
    if check && stale > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn write(path: &str, text: &str) -> std::io::Result<()> {
    let path = tree::root().join(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

fn pages(file: &str) -> Result<BTreeMap<String, String>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let all: Value = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
    let providers = all["provider_schemas"].as_object().ok_or("no provider schemas")?;
    let (_, schema) = providers
        .iter()
        .find(|(name, _)| name.ends_with("/zt-edge/zt"))
        .ok_or("zt is not among them")?;
    let mut pages = BTreeMap::new();
    pages.insert("docs/index.md".to_owned(), index(&schema["provider"]["block"]));
    for (name, resource) in schema["resource_schemas"].as_object().into_iter().flatten() {
        let short = name.strip_prefix("zt_").unwrap_or(name);
        pages.insert(format!("docs/resources/{short}.md"), page(name, &resource["block"])?);
    }
    for (name, resource) in schema["ephemeral_resource_schemas"].as_object().into_iter().flatten() {
        let short = name.strip_prefix("zt_").unwrap_or(name);
        let path = format!("docs/ephemeral-resources/{short}.md");
        pages.insert(path, reading_page("Ephemeral Resource", name, &resource["block"])?);
    }
    for (name, source) in schema["data_source_schemas"].as_object().into_iter().flatten() {
        let short = name.strip_prefix("zt_").unwrap_or(name);
        let page = reading_page("Data Source", name, &source["block"])?;
        pages.insert(format!("docs/data-sources/{short}.md"), page);
    }
    for (name, function) in schema["functions"].as_object().into_iter().flatten() {
        pages.insert(format!("docs/functions/{name}.md"), functions::page(name, function)?);
    }
    Ok(pages)
}

/// The page of what is read and never managed.
fn reading_page(kind: &str, name: &str, block: &Value) -> Result<String, String> {
    let mut text = front(&format!("{name} {kind}"), block);
    let _ = writeln!(
        text,
        "# {name} ({kind})\n\n{}\n\n## Example Usage\n",
        description(block)
    );
    let file = kind.to_lowercase().replace(' ', "-");
    text.push_str(&needed_example(&format!("examples/{file}s/{name}/{file}.tf"))?);
    text.push_str("\n## Schema\n");
    sections(&mut text, block);
    Ok(text)
}

fn needed_example(path: &str) -> Result<String, String> {
    match tree::text(path) {
        Some(_) => Ok(example(path, "terraform")),
        None => Err(format!("{path} is missing")),
    }
}

fn index(block: &Value) -> String {
    let mut text = front("zt Provider", block);
    let _ = writeln!(text, "# zt Provider\n\n{}\n\n## Example Usage\n", description(block));
    text.push_str(&example("examples/provider/provider.tf", "terraform"));
    text.push_str("\n## Schema\n");
    sections(&mut text, block);
    text
}

fn page(name: &str, block: &Value) -> Result<String, String> {
    let mut text = front(&format!("{name} Resource"), block);
    let _ = writeln!(
        text,
        "# {name} (Resource)\n\n{}\n\n## Example Usage\n",
        description(block)
    );
    let folder = format!("examples/resources/{name}");
    for (file, language) in [("resource.tf", "terraform"), ("import.sh", "shell")] {
        if tree::text(&format!("{folder}/{file}")).is_none() {
            return Err(format!("{folder}/{file} is missing"));
        }
        if file == "import.sh" {
            text.push_str("\n## Schema\n");
            sections(&mut text, block);
            text.push_str("\n## Import\n\n");
        }
        text.push_str(&example(&format!("{folder}/{file}"), language));
    }
    Ok(text)
}

fn front(title: &str, block: &Value) -> String {
    let first = description(block)
        .split_inclusive(". ")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {first}\n---\n\n")
}

fn description(value: &Value) -> String {
    value["description"].as_str().unwrap_or_default().trim().to_owned()
}

fn example(path: &str, language: &str) -> String {
    format!("```{language}\n{}\n```\n", tree::text(path).unwrap_or_default().trim())
}

/// Attributes by how they are set, then each nested object below its own heading.
fn sections(text: &mut String, block: &Value) {
    let mut nested = Vec::new();
    group(text, "### ", "", &block["attributes"], &mut nested);
    for (name, kind) in block["block_types"].as_object().into_iter().flatten() {
        let _ = writeln!(text, "\n### Block `{name}`\n\n{}", description(&kind["block"]));
        group(text, "#### ", name, &kind["block"]["attributes"], &mut nested);
    }
    let mut next = 0;
    while next < nested.len() {
        let (path, attributes): (String, Value) = nested[next].clone();
        let _ = writeln!(text, "\n### Nested `{path}`");
        group(text, "#### ", &path, &attributes, &mut nested);
        next += 1;
    }
}

/// Whether an attribute belongs under a heading.
type Holds<'all> = dyn Fn(&Value) -> bool + 'all;

fn group(text: &mut String, level: &str, path: &str, attributes: &Value, nested: &mut Vec<(String, Value)>) {
    let flag = |attribute: &Value, name: &str| attribute[name].as_bool().unwrap_or_default();
    let kinds: [(&str, &Holds<'_>); 3] = [
        ("Required", &|attribute| flag(attribute, "required")),
        ("Optional", &|attribute| flag(attribute, "optional")),
        ("Read-Only", &|attribute| {
            flag(attribute, "computed") && !flag(attribute, "optional")
        }),
    ];
    for (title, holds) in kinds {
        let chosen = attributes
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, attribute)| holds(attribute));
        let lines: Vec<String> = chosen
            .map(|(name, attribute)| line(path, name, attribute, nested))
            .collect();
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{level}{title}\n\n{}", lines.join("\n"));
        }
    }
}

fn line(path: &str, name: &str, attribute: &Value, nested: &mut Vec<(String, Value)>) -> String {
    let mut marks = vec![type_name(attribute)];
    marks.extend(
        attribute["sensitive"]
            .as_bool()
            .filter(|is| *is)
            .map(|_| "Sensitive".to_owned()),
    );
    marks.extend(
        attribute["write_only"]
            .as_bool()
            .filter(|is| *is)
            .map(|_| "Write-only".to_owned()),
    );
    let inner = &attribute["nested_type"]["attributes"];
    if inner.is_object() {
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        nested.push((path, inner.clone()));
    }
    format!("- `{name}` ({}) {}", marks.join(", "), description(attribute))
}

fn type_name(attribute: &Value) -> String {
    match attribute["nested_type"]["nesting_mode"].as_str() {
        Some("single") => "Attributes".to_owned(),
        Some(mode) => format!("Attributes {}{}", mode[..1].to_uppercase(), &mode[1..]),
        None => plain(&attribute["type"]),
    }
}

fn plain(kind: &Value) -> String {
    match kind {
        Value::String(name) if name == "bool" => "Boolean".to_owned(),
        Value::String(name) => format!("{}{}", name[..1].to_uppercase(), &name[1..]),
        Value::Array(parts) if parts.len() == 2 && parts[0] != "object" => {
            let outer = parts[0].as_str().unwrap_or_default();
            format!("{}{} of {}", outer[..1].to_uppercase(), &outer[1..], plain(&parts[1]))
        }
        _ => "Object".to_owned(),
    }
}
