//! A filesystem mirror with the provider just built, laid out as `terraform init` expects it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zt_test_support::{built, root};

/// Writes the mirror and a CLI configuration that uses it; returns the configuration's path.
///
/// The host's folder is the default provider host of the CLI at hand, asked of `terraform providers`.
pub fn write(folder: &Path) -> PathBuf {
    let mirror = folder.join("mirror");
    let platform = format!("{}_{}", std::env::consts::OS, architecture());
    let place = mirror
        .join(default_host(folder))
        .join("zt-edge/zt")
        .join(VERSION)
        .join(platform);
    std::fs::create_dir_all(&place).expect("the mirror's folder");
    let program = place.join(format!("terraform-provider-zt_v{VERSION}"));
    std::fs::copy(provider(), program).expect("the built provider; run `make build`");
    let configuration = folder.join("cli.tfrc");
    let text = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
    std::fs::write(&configuration, text).expect("the CLI configuration");
    configuration
}

/// The provider just built, unless `ZT_PROVIDER` names another build of it, as benchmarks do.
fn provider() -> PathBuf {
    std::env::var_os("ZT_PROVIDER").map_or_else(|| built().join("terraform-provider-zt"), PathBuf::from)
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn default_host(folder: &Path) -> String {
    let probe = folder.join("probe");
    std::fs::create_dir_all(&probe).expect("a folder");
    let text = "terraform {\n  required_providers {\n    zt = { source = \"zt-edge/zt\" }\n  }\n}\n";
    std::fs::write(probe.join("main.tf"), text).expect("a file");
    let output = Command::new(root().join("tests/support/terraform.sh"))
        .arg("providers")
        .current_dir(&probe)
        .env_remove("TF_CLI_CONFIG_FILE")
        .stdin(Stdio::null())
        .output()
        .expect("terraform can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let start = text
        .find("provider[")
        .unwrap_or_else(|| panic!("terraform providers said:\n{text}"))
        + "provider[".len();
    let end = text[start..].find("/zt-edge").expect("the source address") + start;
    text[start..end].to_owned()
}
