//! Terraform in the configuration folder of a local cloud: the environment it needs, once for our own calls and once as
//! a file that a person's shell reads. Both come from one list, so that what is printed is what was tried.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zt_test_support::endpoints::Endpoints;
use zt_test_support::root;
use zt_test_support::terraform::Run;

pub struct Cli {
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Cli {
    /// The CLI in `folder`, with the credentials of this cloud and the CLI configuration that names the built provider.
    pub fn new(folder: &Path, endpoints: &Endpoints, configuration: &Path) -> Self {
        let aws = &endpoints.aws;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        Self {
            folder: folder.to_path_buf(),
            environment: vec![
                ("AWS_ENDPOINT_URL", aws.endpoint.clone()),
                ("AWS_REGION", aws.region.clone()),
                ("AWS_ACCESS_KEY_ID", aws.access_key_id.clone()),
                ("AWS_SECRET_ACCESS_KEY", aws.secret_access_key.clone()),
                ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
                // The discovery of the identity provider trusts the machine's roots; this names the local cloud's.
                ("SSL_CERT_FILE", text(&endpoints.edge.ca_file)),
                ("TF_CLI_CONFIG_FILE", text(configuration)),
                ("CHECKPOINT_DISABLE", "1".to_owned()),
            ],
        }
    }

    /// Where the configuration stands.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(program());
        for name in INHERITED {
            command.env_remove(name);
        }
        let output = command
            .args(arguments)
            .current_dir(&self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .stdin(Stdio::null())
            .output()
            .expect("terraform can be started");
        Run {
            code: output.status.code().unwrap_or(-1),
            output: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        }
    }

    /// What a shell reads to be where we are. `terraform` becomes the one the mirror was laid out for.
    pub fn script(&self) -> String {
        let exports = self
            .environment
            .iter()
            .map(|(name, value)| format!("export {name}={}\n", quoted(value)));
        let program = program().to_string_lossy().into_owned();
        format!(
            "unset {}\n{}terraform() {{ {} \"$@\"; }}\n",
            INHERITED.join(" "),
            exports.collect::<String>(),
            quoted(&program)
        )
    }
}

/// What a person's shell may hold for another account, or for another purpose.
const INHERITED: [&str; 5] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "TF_LOG",
];

fn program() -> PathBuf {
    root().join("tests/support/terraform.sh")
}

/// A word for a POSIX shell.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell is the judge.
    #[track_caller]
    fn check(text: &str) {
        let printed = Command::new("sh")
            .args(["-c", &format!("printf %s {}", quoted(text))])
            .output()
            .expect("a shell");
        assert_eq!(String::from_utf8_lossy(&printed.stdout), text);
    }

    #[test]
    fn a_shell_reads_a_word_as_it_was() {
        check("plain");
        check("two words");
        check("it's $HOME `id` \"x\" \\ !");
        check("");
    }
}
