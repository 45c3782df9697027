//! What an account holds, by botocore's list calls: the foreign word on whether everything was deleted.

use serde_json::Value;
use std::process::Command;
use zt_test_support::endpoints::Endpoints;
use zt_test_support::root;

/// Runs a Python program of this folder with botocore at hand; returns the JSON it prints.
fn python(script: &str, endpoints: &Endpoints, arguments: &[&str]) -> Value {
    let output = Command::new(root().join("target/venv-local-cloud/bin/python"))
        .arg(root().join("tests/e2e").join(script))
        .args(arguments)
        .env("AWS_ENDPOINT_URL", &endpoints.aws.endpoint)
        .env("AWS_REGION", &endpoints.aws.region)
        .env("AWS_DEFAULT_REGION", &endpoints.aws.region)
        .env("AWS_ACCESS_KEY_ID", &endpoints.aws.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &endpoints.aws.secret_access_key)
        .output()
        .expect("python can be started; run `make setup-local-cloud`");
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

/// Everything the list calls find, as `type:name`.
pub fn objects(endpoints: &Endpoints) -> Vec<String> {
    let listed = python("inventory.py", endpoints, &[]);
    listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

/// Makes the private bucket and puts the quickstart's pages into it.
pub fn make_site(endpoints: &Endpoints, bucket: &str) {
    python("site.py", endpoints, &["make", bucket]);
}

/// Empties and deletes the bucket.
pub fn drop_site(endpoints: &Endpoints, bucket: &str) {
    python("site.py", endpoints, &["drop", bucket]);
}
