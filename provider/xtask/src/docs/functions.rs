//! Pages of provider functions: summary, example, signature, arguments.

use super::{description, front, needed_example, plain};
use serde_json::Value;
use std::fmt::Write;

/// The page of one function.
pub(super) fn page(name: &str, function: &Value) -> Result<String, String> {
    let mut text = front(&format!("{name} Function"), function);
    let _ = writeln!(
        text,
        "# {name} (Function)\n\n{}\n\n## Example Usage\n",
        description(function)
    );
    text.push_str(&needed_example(&format!("examples/functions/{name}/function.tf"))?);
    let parameters: Vec<&Value> = function["parameters"].as_array().into_iter().flatten().collect();
    let written: Vec<String> = parameters.iter().map(|one| written(one)).collect();
    let _ = writeln!(
        text,
        "\n## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n",
        written.join(", "),
        plain(&function["return_type"]).to_lowercase()
    );
    for (index, parameter) in parameters.iter().enumerate() {
        let nullable = parameter["is_nullable"].as_bool().unwrap_or_default();
        let _ = writeln!(
            text,
            "{}. `{}` ({}{}) {}",
            index + 1,
            parameter["name"].as_str().unwrap_or_default(),
            plain(&parameter["type"]),
            if nullable { ", Nullable" } else { "" },
            description(parameter)
        );
    }
    Ok(text)
}

fn written(parameter: &Value) -> String {
    let name = parameter["name"].as_str().unwrap_or_default();
    format!("{name} {}", plain(&parameter["type"]).to_lowercase())
}
