//! The real Terraform CLI on one configuration folder, with our built provider put in by `dev_overrides`.

use crate::endpoints::Endpoints;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Terraform {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What one command did.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub output: String,
}

impl Run {
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, 0, "terraform failed:\n{}", self.output);
        self
    }

    #[track_caller]
    pub fn failure(self) -> Self {
        assert_ne!(
            self.code, 0,
            "terraform succeeded but should have failed:\n{}",
            self.output
        );
        self
    }

    /// Asserts that the output, with line breaks and box drawing folded, holds `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.folded().contains(text), "`{text}` is not in:\n{}", self.output);
        self
    }

    /// The output as one line of words.
    pub fn folded(&self) -> String {
        self.output
            .replace(['│', '╷', '╵'], " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Terraform {
    /// A folder with `files` (name, text) and credentials and endpoints for the local cloud.
    pub fn new(endpoints: &Endpoints, files: &[(&str, &str)]) -> Self {
        let this = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            environment: environment(endpoints),
        };
        for (name, text) in files {
            this.write(name, text);
        }
        this.write_cli_configuration();
        this
    }

    /// The same with a copy of a folder of the repository, such as an example.
    pub fn copy_of(endpoints: &Endpoints, folder: &Path) -> Self {
        let this = Self::new(endpoints, &[]);
        copy(folder, this.path());
        this
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    pub fn set_environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn write_cli_configuration(&self) {
        let text = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"zt-edge/zt\" = {:?}\n  }}\n  direct {{}}\n}}\n",
            crate::built()
        );
        self.write(".cli.tfrc", &text);
    }

    /// The command, not yet started: stdin empty, no colour, no questions.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(crate::root().join("tests/support/terraform.sh"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("TF_CLI_CONFIG_FILE", self.path().join(".cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_LOG")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().expect("terraform can be started");
        let text = [output.stdout, output.stderr].concat();
        Run {
            code: output.status.code().unwrap_or(-1),
            output: String::from_utf8_lossy(&text).into_owned(),
        }
    }

    /// Starts a command whose output goes to files in the folder (`out.log`).
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let log = std::fs::File::create(self.path().join("out.log")).expect("a log file");
        let again = log.try_clone().expect("a log file");
        self.command(arguments)
            .stdout(log)
            .stderr(again)
            .spawn()
            .expect("terraform can be started")
    }

    /// `terraform init`, needed only for configurations with modules; a provider in `dev_overrides` needs none.
    pub fn get_modules(&self) -> Run {
        self.run(&["get", "-no-color"])
    }

    pub fn apply(&self, more: &[&str]) -> Run {
        self.run(&[&["apply", "-auto-approve", "-no-color"], more].concat())
    }

    pub fn destroy(&self) -> Run {
        self.run(&["destroy", "-auto-approve", "-no-color"])
    }

    pub fn plan(&self, more: &[&str]) -> Run {
        self.run(&[&["plan", "-no-color", "-detailed-exitcode"], more].concat())
    }

    /// Asserts that nothing is left to do, with and without refresh-only.
    ///
    /// The detailed exit code of a refresh-only plan says 2 on Terraform 1.11 with nothing changed, also with
    /// hashicorp/aws, so there the words count.
    #[track_caller]
    pub fn plan_is_empty(&self) {
        let run = self.plan(&[]);
        assert_eq!(run.code, 0, "the plan is not empty:\n{}", run.output);
        let run = self.plan(&["-refresh-only"]);
        assert!(
            run.output.contains("No changes."),
            "the refresh-only plan is not empty:\n{}",
            run.output
        );
    }

    /// The values of one resource in the state.
    pub fn resource(&self, address: &str) -> Value {
        let run = self.run(&["show", "-json", "-no-color"]).success();
        let json = run.output.lines().find(|line| line.starts_with('{')).unwrap_or("{}");
        let state: Value = serde_json::from_str(json).expect("terraform show prints JSON");
        find(&state["values"]["root_module"], address).unwrap_or(Value::Null)
    }

    pub fn output(&self, name: &str) -> Value {
        let run = self.run(&["output", "-json", "-no-color"]).success();
        let start = run.output.find('{').unwrap_or(0);
        let end = run.output.rfind('}').map_or(run.output.len(), |at| at + 1);
        let all: Value = serde_json::from_str(&run.output[start..end]).expect("terraform output prints JSON");
        all[name]["value"].clone()
    }
}

fn find(module: &Value, address: &str) -> Option<Value> {
    let resources = module["resources"].as_array().into_iter().flatten();
    let here = resources
        .into_iter()
        .find(|resource| resource["address"] == address)
        .map(|resource| resource["values"].clone());
    here.or_else(|| {
        module["child_modules"]
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|child| find(child, address))
    })
}

fn environment(endpoints: &Endpoints) -> Vec<(String, String)> {
    [
        ("AWS_ENDPOINT_URL", endpoints.aws.endpoint.as_str()),
        ("AWS_REGION", &endpoints.aws.region),
        ("AWS_ACCESS_KEY_ID", &endpoints.aws.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &endpoints.aws.secret_access_key),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // The discovery of the identity provider trusts the machine's roots; this names the local cloud's.
        ("SSL_CERT_FILE", &endpoints.edge.ca_file.to_string_lossy()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from)
        .unwrap_or_else(|error| panic!("{}: {error}", from.display()))
        .flatten()
    {
        let (source, target): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("a copy");
        }
    }
}
