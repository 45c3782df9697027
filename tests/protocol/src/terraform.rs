//! The real Terraform with the example provider, by dev_overrides.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A working folder.
pub struct Terraform {
    folder: TempDir,
    /// Further variables of each command.
    pub environment: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub struct Run {
    /// Whether it ended well.
    pub success: bool,
    /// Its stdout and stderr, unfolded: boxes and line breaks of diagnostics are gone.
    pub text: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        let text = plain(&String::from_utf8_lossy(&text)).replace(['│', '╷', '╵'], " ");
        Self {
            success: output.status.success(),
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

/// Without the escape sequences of colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        plain + part.split_once('m').map_or("", |(_, after)| after)
    })
}

impl Terraform {
    /// A folder with this configuration, under the provider binary in this folder.
    pub fn new(binary: &Path, configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let terraform = Self {
            folder,
            environment: Vec::new(),
        };
        let built = binary.parent().unwrap().display();
        terraform.write(
            "cli.tfrc",
            &format!(
                "provider_installation {{\n dev_overrides {{ \"zt-edge/example\" = \"{built}\" }}\n direct {{}}\n}}\n"
            ),
        );
        terraform.configure(configuration);
        terraform
    }

    /// Replaces the configuration.
    pub fn configure(&self, configuration: &str) {
        let head = "terraform {\n required_providers { example = { source = \"zt-edge/example\" } }\n}\n";
        self.write("main.tf", &format!("{head}{configuration}"));
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// A file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The state file's text; empty when there is none.
    pub fn state(&self) -> String {
        std::fs::read_to_string(self.path("terraform.tfstate")).unwrap_or_default()
    }

    /// A command, not started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
            .env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1");
        command
            .env_remove("TF_LOG")
            .env_remove("TF_LOG_PROVIDER")
            .env_remove("TF_REATTACH_PROVIDERS");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().unwrap().into()
    }

    /// Applies without asking.
    pub fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve", "-input=false"])
    }

    /// Plans; the exit code says whether there is something to do.
    pub fn plan_is_empty(&self) -> bool {
        let status = self
            .command(&["plan", "-detailed-exitcode", "-input=false"])
            .output()
            .unwrap()
            .status;
        status.code() == Some(0)
    }
}
