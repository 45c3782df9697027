//! The quickstart's configuration folder on one local cloud, applied by `terraform init` and `apply` as a user would.

use crate::cli::Cli;
use crate::{inventory, mirror};
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::root;
use zt_test_support::terraform::Run;

pub const BUCKET: &str = "quickstart-site";

pub struct Quickstart {
    pub cloud: LocalCloud,
    pub cli: Cli,
    pub host: String,
    home: PathBuf,
    /// Held as long as this runs.
    _alone: File,
}

impl Quickstart {
    /// Starts a local cloud in the folder `home`, makes the bucket and lays the configuration out.
    pub fn start(home: &Path) -> Self {
        std::fs::create_dir_all(home).expect("the folder");
        let alone = alone(home);
        for folder in ["state", "cli", "configuration"] {
            let _ = std::fs::remove_dir_all(home.join(folder));
        }
        let cloud = LocalCloud::start_at(&home.join("state"));
        let configuration = mirror::write(&home.join("cli"));
        inventory::make_site(&cloud.endpoints, BUCKET);
        let folder = home.join("configuration/examples/quickstart");
        lay_out(&home.join("configuration"));
        let cli = Cli::new(&folder, &cloud.endpoints, &configuration);
        let host = cloud.endpoints.edge.hosts[0].clone();
        let this = Self {
            cloud,
            cli,
            host,
            home: home.to_path_buf(),
            _alone: alone,
        };
        std::fs::write(this.environment(), this.cli.script()).expect("the environment's file");
        this.set_revoked(&[]);
        this
    }

    /// The file that a shell reads to use Terraform on this cloud.
    pub fn environment(&self) -> PathBuf {
        self.home.join("environment.sh")
    }

    /// Writes the variables, with these subjects revoked.
    pub fn set_revoked(&self, subjects: &[&str]) {
        let endpoints = &self.cloud.endpoints;
        let values = json!({
            "bucket": BUCKET,
            "bucket_region": endpoints.aws.region,
            "issuer": endpoints.identity_provider.issuer,
            "client_id": endpoints.identity_provider.client_id,
            "aliases": [self.host],
            "certificate_arn": endpoints.edge.certificate_arn,
            "viewer_port": endpoints.edge.port,
            "api_origin": {"domain_name": endpoints.origin.host, "http_port": endpoints.origin.port, "protocol": "http-only"},
            "revoked_subjects": subjects,
        });
        let path = self.cli.folder().join("local.auto.tfvars.json");
        std::fs::write(path, format!("{values:#}\n")).expect("the variables");
    }

    pub fn terraform(&self, arguments: &[&str]) -> Run {
        self.cli.run(arguments)
    }

    pub fn init(&self) -> Run {
        self.terraform(&["init", "-no-color", "-input=false"]).success()
    }

    pub fn apply(&self) -> Run {
        self.terraform(&["apply", "-auto-approve", "-no-color"]).success()
    }

    pub fn destroy(&self) -> Run {
        self.terraform(&["destroy", "-auto-approve", "-no-color"]).success()
    }

    /// Asserts that a plan finds nothing to do.
    pub fn plan_is_empty(&self) {
        let run = self.terraform(&["plan", "-no-color", "-detailed-exitcode"]);
        assert_eq!(run.code, 0, "the plan after apply is not empty:\n{}", run.output);
    }

    /// Objects left over by the control plane's log and by botocore's lists, the bucket of the harness apart.
    pub fn left_over(&self) -> Vec<Value> {
        let logged = self.cloud.left_over();
        let listed = inventory::objects(&self.cloud.endpoints).into_iter().map(Value::from);
        logged.into_iter().chain(listed).collect()
    }
}

/// Takes the folder for this process: another one's cloud and state would be swept away.
fn alone(home: &Path) -> File {
    let file = File::create(home.join("running.lock")).expect("a lock file");
    assert!(file.try_lock().is_ok(), "one is already running in {}", home.display());
    file
}

/// Copies the example and the module it names to a place of the same shape.
fn lay_out(place: &Path) {
    for folder in ["examples/quickstart", "modules/oidc"] {
        let target = place.join(folder);
        std::fs::create_dir_all(&target).expect("a folder");
        for entry in std::fs::read_dir(root().join(folder))
            .expect("a folder of the repository")
            .flatten()
        {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                std::fs::copy(&path, target.join(entry.file_name())).expect("a copy");
            }
        }
    }
}
