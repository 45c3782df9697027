//! The session function of one application: the runtime with its table in place, and its size.
//!
//! The runtime is a core and parts, each behind a line `//@<part>`; a part that the table does not ask for is left out.
//!
//! CloudFront takes 10,240 bytes and says so only when a function is created; here it is an error of the plan, with
//! what takes the most space.

use aws_lc_rs::digest;
use zt_model::compile::Table;

use crate::bundle::SESSION_RUNTIME;

/// The most a CloudFront Function may take.
pub const FUNCTION_LIMIT: usize = 10_240;
/// The line of the runtime that the table replaces.
const PLACEHOLDER: &str = "var T = {};";
/// What the line before each part begins with.
const PART: &str = "//@";

/// A rendered session function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFunction {
    code: String,
}

/// Why a session function cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The runtime has no place for the table, or several.
    #[error("the shipped session runtime holds the line {PLACEHOLDER:?} {0} times instead of once")]
    Placeholder(usize),
    /// Too many bytes.
    #[error(transparent)]
    TooLarge(#[from] FunctionTooLarge),
}

/// The function exceeds what CloudFront takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionTooLarge {
    /// Bytes of the rendered function.
    pub bytes: usize,
    /// Bytes of the runtime with the parts that the table asks for.
    pub runtime: usize,
    /// What each of these parts takes, the core among them.
    pub parts: Vec<(String, usize)>,
    /// What the parts of the table take, the largest first.
    pub costs: Vec<(String, usize)>,
}

/// How many entries of one kind are told one by one.
const TOLD: usize = 10;

impl FunctionTooLarge {
    /// By how many bytes it is too large.
    #[must_use]
    pub fn over(&self) -> usize {
        self.bytes.saturating_sub(FUNCTION_LIMIT)
    }

    /// What costs how much, a line for each kind: for whoever has to make it smaller.
    #[must_use]
    pub fn listing(&self) -> String {
        let parts = self
            .parts
            .iter()
            .map(|(part, bytes)| (wanted_by(part), *bytes))
            .collect();
        let kind = |kind: &str| -> Vec<(String, usize)> {
            let of_kind = self.costs.iter().filter(|(part, _)| part.starts_with(kind));
            of_kind.cloned().collect()
        };
        let of_no_kind = |(part, _): &&(String, usize)| !part.ends_with(']');
        let rest = self.costs.iter().filter(of_no_kind).cloned().collect();
        let kinds = [
            ("the code", parts),
            ("routes", kind("routes[")),
            ("policies", kind("policies[")),
            ("the rest of the table", rest),
        ];
        kinds.iter().map(|(kind, costs)| line(kind, costs)).collect()
    }
}

/// The sum of one kind, and its largest entries.
fn line(kind: &str, costs: &[(String, usize)]) -> String {
    let sum = |costs: &[(String, usize)]| costs.iter().map(|(_, bytes)| bytes).sum::<usize>();
    let told = costs.iter().take(TOLD).map(|(part, bytes)| format!("{part} {bytes}"));
    let mut told: Vec<String> = told.collect();
    if let Some(others) = costs.get(TOLD..).filter(|others| !others.is_empty()) {
        told.push(format!("{} others {}", others.len(), sum(others)));
    }
    format!("  {kind}: {} bytes ({})\n", sum(costs), told.join(", "))
}

/// A part of the runtime with what of a configuration asks for it.
fn wanted_by(part: &str) -> String {
    let by = match part {
        "address" => "ips of policies",
        "context" => "what policies ask of a request",
        "cors" => "cors of routes",
        "identity" => "identity_headers",
        "machine" => "bearer_issuers or service tokens",
        "rewrite" => "spa of routes",
        "step" => "acr, amr or max_age of policies",
        "tls" => "min_tls of routes",
        other => return other.to_owned(),
    };
    format!("{by}:")
}

impl std::fmt::Display for FunctionTooLarge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let largest: Vec<String> = self
            .costs
            .iter()
            .take(3)
            .map(|(part, bytes)| format!("{part} ({bytes})"))
            .collect();
        write!(
            formatter,
            "the session function takes {} bytes, {} more than the {FUNCTION_LIMIT} that CloudFront allows; the runtime takes {}, the largest parts of the table are {}",
            self.bytes,
            self.over(),
            self.runtime,
            largest.join(", ")
        )
    }
}

impl std::error::Error for FunctionTooLarge {}

impl SessionFunction {
    /// Renders the shipped runtime with a table.
    ///
    /// # Errors
    /// When the result is larger than CloudFront takes.
    pub fn render(table: &Table) -> Result<Self, RenderError> {
        render(SESSION_RUNTIME, table)
    }

    /// The source to create or update the function with.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// SHA-256 of the source in hexadecimal, to compare with what is deployed.
    #[must_use]
    pub fn sha256(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.code.as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn render(runtime: &str, table: &Table) -> Result<SessionFunction, RenderError> {
    let places = runtime.lines().filter(|line| *line == PLACEHOLDER).count();
    if places != 1 {
        return Err(RenderError::Placeholder(places));
    }
    let json = table.json();
    let mut parts = table.parts();
    parts.extend(condition_parts(&json));
    let sizes = part_sizes(runtime, &parts);
    let runtime = tailored(runtime, &parts);
    let lines = runtime.split_inclusive('\n').map(|line| {
        let rest = line.strip_prefix(PLACEHOLDER).filter(|rest| rest.trim_end().is_empty());
        rest.map_or_else(|| line.to_owned(), |ending| format!("var T = {json};{ending}"))
    });
    let code: String = lines.collect();
    if code.len() <= FUNCTION_LIMIT {
        return Ok(SessionFunction { code });
    }
    let mut costs = table.costs();
    costs.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let (bytes, runtime) = (code.len(), runtime.len());
    Err(FunctionTooLarge {
        bytes,
        runtime,
        parts: sizes,
        costs,
    }
    .into())
}

/// Bytes of the core and of the parts asked for, the largest first.
fn part_sizes(runtime: &str, parts: &[&str]) -> Vec<(String, usize)> {
    let mut sizes = vec![("core".to_owned(), tailored(runtime, &[]).len())];
    let core = sizes.iter().map(|(_, bytes)| bytes).sum::<usize>();
    let size = |part: &&str| {
        (
            (*part).to_owned(),
            tailored(runtime, &[part]).len().saturating_sub(core),
        )
    };
    sizes.extend(parts.iter().map(size));
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    sizes
}

/// The parts that single conditions of a table ask for: ranges of addresses, and a login of some kind or age.
fn condition_parts(table: &str) -> Vec<&'static str> {
    let table: serde_json::Value = serde_json::from_str(table).unwrap_or_default();
    let conditions = table.get("x").and_then(serde_json::Value::as_array);
    let named = |member: &str| {
        conditions
            .into_iter()
            .flatten()
            .any(|condition| condition.get(member).is_some())
    };
    [("address", named("i")), ("step", named("a") || named("g"))]
        .into_iter()
        .filter_map(|(part, needed)| needed.then_some(part))
        .collect()
}

/// The core and the parts asked for, without the lines between them.
fn tailored(runtime: &str, parts: &[&str]) -> String {
    let mut kept = true;
    let mut code = String::with_capacity(runtime.len());
    for line in runtime.split_inclusive('\n') {
        match line.strip_prefix(PART) {
            Some(part) => kept = parts.contains(&part.trim_end()),
            None if kept => code.push_str(line),
            None => {}
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::fixture::application;

    #[test]
    fn the_table_takes_the_place_of_the_one_line() {
        let (compiled, membership) = application();
        let table = compiled.table(&membership).unwrap();
        let function = SessionFunction::render(&table).unwrap();
        let core = SESSION_RUNTIME.split("//@").next().unwrap();
        assert_eq!(
            function.code().replace(&table.json(), "{}"),
            core,
            "nothing but the table differs, and no part is needed"
        );
        assert!(function.code().contains(&format!("\nvar T = {};\n", table.json())));
    }

    /// Every part of the shipped runtime is one that a table may ask for, and the other way round.
    #[test]
    fn the_parts_have_the_names_that_tables_know() {
        let mut shipped: Vec<&str> = SESSION_RUNTIME
            .lines()
            .filter_map(|line| line.strip_prefix(PART))
            .collect();
        shipped.sort_unstable();
        let known = [
            "address",
            "assertion",
            "context",
            "cors",
            "identity",
            "machine",
            "rewrite",
            "step",
            "tls",
        ];
        assert_eq!(shipped, known);
    }

    #[test]
    fn conditions_ask_for_parts_of_their_own() {
        for (table, parts) in [
            (r#"{"r":[]}"#, &[][..]),
            (r#"{"x":[{"c":["DE"]},{"s":["ci"]}]}"#, &[]),
            (r#"{"x":[{"c":["DE"]},{"i":["4c6"]}]}"#, &["address"]),
            (r#"{"x":[{"a":"x1Y2z3"}]}"#, &["step"]),
            (r#"{"x":[{"g":0},{"i":[]}]}"#, &["address", "step"]),
        ] {
            assert_eq!(condition_parts(table), parts, "{table}");
        }
    }

    #[test]
    fn only_the_parts_asked_for_stay() {
        let runtime = "core\n//@cors\nconst c;\n//@tls\nconst t;\nconst u;\n//@context\nconst x;\n";
        for (parts, code) in [
            (&[][..], "core\n"),
            (&["tls"], "core\nconst t;\nconst u;\n"),
            (&["context", "cors"], "core\nconst c;\nconst x;\n"),
            (&["tl", "core"], "core\n"),
        ] {
            assert_eq!(tailored(runtime, parts), code, "{parts:?}");
        }
    }

    #[test]
    fn a_runtime_without_its_place_is_an_error() {
        let (compiled, membership) = application();
        let table = compiled.table(&membership).unwrap();
        for (runtime, places) in [
            ("", 0),
            ("  var T = {};\n", 0),
            ("var T = {}; // x\n", 0),
            ("var T = {};\nvar T = {};\n", 2),
        ] {
            assert_eq!(
                render(runtime, &table),
                Err(RenderError::Placeholder(places)),
                "{runtime:?}"
            );
        }
    }

    #[test]
    fn a_function_too_large_says_by_how_much_and_why() {
        let (compiled, membership) = application();
        let table = compiled.table(&membership).unwrap();
        let room = FUNCTION_LIMIT - "var T = ;\n".len() - table.json().len();
        let runtime = |padding: usize| format!("var T = {{}};\n{}", "x".repeat(padding));
        assert!(render(&runtime(room), &table).is_ok(), "exactly the limit");
        let Err(RenderError::TooLarge(error)) = render(&runtime(room + 7), &table) else {
            panic!("seven bytes too many are too many");
        };
        assert_eq!(error.over(), 7);
        assert!(error.costs.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        let told: usize = error.costs.iter().map(|(_, bytes)| bytes).sum();
        assert!(
            table.json().len().abs_diff(told) < 120,
            "the table's own brackets and names are all that is not told"
        );
        assert!(error.to_string().contains("7 more than the 10240"), "{error}");
    }

    #[test]
    fn what_costs_how_much_is_told_for_every_kind() {
        let routes = (0..12).map(|index| (format!("routes[{index}]"), 30 - index));
        let error = FunctionTooLarge {
            bytes: 10_300,
            runtime: 9_000,
            parts: vec![("core".to_owned(), 8_000), ("tls".to_owned(), 1_000)],
            costs: routes
                .chain([("policies[\"staff\"]".to_owned(), 9), ("domains".to_owned(), 5)])
                .collect(),
        };
        assert_eq!(
            error.listing(),
            "  the code: 9000 bytes (core 8000, min_tls of routes: 1000)\n  \
             routes: 294 bytes (routes[0] 30, routes[1] 29, routes[2] 28, routes[3] 27, routes[4] 26, routes[5] 25, \
             routes[6] 24, routes[7] 23, routes[8] 22, routes[9] 21, 2 others 39)\n  \
             policies: 9 bytes (policies[\"staff\"] 9)\n  the rest of the table: 5 bytes (domains 5)\n"
        );
    }
}
