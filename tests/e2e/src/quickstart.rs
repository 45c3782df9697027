//! The quickstart's configuration folder on one local cloud, applied by `terraform init` and `apply` as a user would.

use crate::{inventory, mirror};
use serde_json::{Value, json};
use std::path::Path;
use zt_test_support::cloud::LocalCloud;
use zt_test_support::root;
use zt_test_support::terraform::{Run, Terraform};

pub const BUCKET: &str = "quickstart-site";

pub struct Quickstart {
    pub cloud: LocalCloud,
    pub terraform: Terraform,
    pub host: String,
}

impl Quickstart {
    /// Starts the local cloud in `state`, makes the bucket and lays the configuration out.
    pub fn start(state: &Path) -> Self {
        let cloud = LocalCloud::start_at(state);
        let mut terraform = Terraform::new(&cloud.endpoints, &[]);
        let configuration = mirror::write(&state.join("cli"));
        terraform.set_environment("TF_CLI_CONFIG_FILE", &configuration.to_string_lossy());
        inventory::make_site(&cloud.endpoints, BUCKET);
        let host = cloud.endpoints.edge.hosts[0].clone();
        let this = Self { cloud, terraform, host };
        this.lay_out();
        this.set_revoked(&[]);
        this
    }

    /// Copies the example and the module it names to a place of the same shape.
    fn lay_out(&self) {
        for folder in ["examples/quickstart", "modules/oidc"] {
            for entry in std::fs::read_dir(root().join(folder))
                .expect("a folder of the repository")
                .flatten()
            {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "tf") {
                    let text = std::fs::read_to_string(&path).expect("a file");
                    let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                    self.terraform.write(&name, &text);
                }
            }
        }
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
        self.terraform
            .write("examples/quickstart/local.auto.tfvars.json", &values.to_string());
    }

    fn here<'a>(&self, arguments: &'a [&'a str]) -> Vec<&'a str> {
        [&["-chdir=examples/quickstart"], arguments].concat()
    }

    pub fn terraform(&self, arguments: &[&str]) -> Run {
        self.terraform.run(&self.here(arguments))
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
