//! Checks on the dependency graph as cargo resolves it: who may name whom.

use super::Finding;
use crate::tree;
use serde_json::Value;
use std::process::Command;

type Check = fn() -> Vec<Finding>;

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("dependencies point inwards", inward),
    ("I1: only wire names tonic, prost and rmpv", protobuf_in_wire),
    ("I2: only aws names the AWS SDK", sdk_in_aws),
    (
        "the local cloud depends on no crate of the provider",
        local_cloud_is_foreign,
    ),
    ("tests/support knows no inner crate", support_is_outside),
];

/// For each crate of ours, the crates of ours it may depend on.
const INWARD: &[(&str, &[&str])] = &[
    ("zt-framework", &[]),
    ("zt-model", &[]),
    ("zt-wire-proto", &[]),
    ("zt-wire", &["zt-framework", "zt-wire-proto"]),
    ("zt-edge", &["zt-model"]),
    ("zt-aws", &["zt-model"]),
    ("zt-resources", &["zt-framework", "zt-model", "zt-edge", "zt-aws"]),
    (
        "terraform-provider-zt",
        &["zt-framework", "zt-wire", "zt-resources", "zt-aws"],
    ),
];

struct Package {
    name: String,
    folder: String,
    /// Names of direct dependencies, those of tests apart.
    dependencies: Vec<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(tree::root())
        .output();
    let Ok(output) = output else { return Vec::new() };
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let list = metadata["packages"].as_array().cloned().unwrap_or_default();
    list.iter().map(package).collect()
}

fn package(value: &Value) -> Package {
    let manifest = value["manifest_path"].as_str().unwrap_or_default();
    let root = tree::root();
    let folder = manifest
        .strip_prefix(&*root.to_string_lossy())
        .unwrap_or(manifest)
        .trim_start_matches('/');
    let dependencies = value["dependencies"].as_array().cloned().unwrap_or_default();
    Package {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        folder: folder.trim_end_matches("Cargo.toml").to_owned(),
        dependencies: dependencies
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect(),
    }
}

/// Findings of `rule` for every (package, dependency) for which `refused` holds; an unreadable graph is one too.
fn refuse(rule: &'static str, refused: impl Fn(&Package, &str) -> bool) -> Vec<Finding> {
    let packages = packages();
    if packages.is_empty() {
        return vec![Finding::new(rule, "Cargo.toml", "cargo metadata could not be read")];
    }
    let mut findings = Vec::new();
    for package in &packages {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| refused(package, dependency))
        {
            findings.push(Finding::new(
                rule,
                package.folder.as_str(),
                format!("depends on {dependency}"),
            ));
        }
    }
    findings
}

fn inward() -> Vec<Finding> {
    refuse("inward", |package, dependency| {
        let ours = INWARD.iter().any(|(name, _)| *name == dependency);
        let allowed = INWARD.iter().find(|(name, _)| *name == package.name);
        ours && allowed.is_some_and(|(_, allowed)| !allowed.contains(&dependency))
    })
}

fn protobuf_in_wire() -> Vec<Finding> {
    refuse("I1", |package, dependency| {
        let speaks = ["tonic", "prost", "rmpv"]
            .iter()
            .any(|name| dependency.starts_with(name));
        speaks && package.folder.starts_with("provider/") && !package.folder.starts_with("provider/wire/")
    })
}

fn sdk_in_aws() -> Vec<Finding> {
    refuse("I2", |package, dependency| {
        let sdk = dependency.starts_with("aws-") && !dependency.starts_with("aws-lc");
        sdk && package.folder != "provider/aws/"
    })
}

fn local_cloud_is_foreign() -> Vec<Finding> {
    let ours: Vec<&str> = INWARD.iter().map(|(name, _)| *name).collect();
    refuse("local-cloud", |package, dependency| {
        package.folder.starts_with("tests/local-cloud/") && ours.contains(&dependency)
    })
}

fn support_is_outside() -> Vec<Finding> {
    let ours: Vec<&str> = INWARD.iter().map(|(name, _)| *name).collect();
    refuse("support", |package, dependency| {
        let folders = ["tests/support/", "tests/acceptance/", "tests/e2e/"];
        folders.contains(&package.folder.as_str()) && ours.contains(&dependency)
    })
}
