//! The session store as somebody else with credentials sees it: read by botocore, by the form of the edge contract.

use std::path::PathBuf;

use zt_test_support::cloud::LocalCloud;

/// botocore puts the account before the KeyValueStore's host name; here every host is loopback. `keyvalue` is a client of the data
/// API, `arn` the first store's.
const BEFORE: &str = r#"
import boto3, json, os, socket
_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: _resolve("127.0.0.1", *rest, **more)
cloudfront = boto3.client("cloudfront")
keyvalue = boto3.client("cloudfront-keyvaluestore", endpoint_url=os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost"))
arn = ([store["ARN"] for store in cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", [])] + [None])[0]
def pairs():
    token = None
    while True:
        page = keyvalue.list_keys(KvsARN=arn, MaxResults=50, **({"NextToken": token} if token else {}))
        yield from ((item["Key"], item["Value"]) for item in page["Items"])
        token = page.get("NextToken")
        if not token: break
def version():
    return keyvalue.describe_key_value_store(KvsARN=arn)["ETag"]
"#;

/// Edge contract, section 2: a page is seven characters and slots of fifteen, an `i` slot names who set the block before it; documents
/// of applications and of the store have blocks of everyone in `e`.
const BLOCKS: &str = r#"
found = []
for key, value in pairs():
    if key.startswith("p:"):
        slots = [value[at:at + 15] for at in range(7, len(value), 15)]
        found += [slot[1:9] for slot in slots if slot[0] == "i"]
    elif key[:2] in ("a:", "s:"):
        found += list(json.loads(value).get("e", {}))
print(json.dumps(sorted(found)))
"#;

/// Runs a Python program with botocore against the cloud, as somebody else with credentials would; its output.
pub fn somebody_else(cloud: &LocalCloud, program: &str) -> String {
    let aws = &cloud.endpoints.aws;
    let output = std::process::Command::new(python())
        .args(["-c", &format!("{BEFORE}{program}")])
        .env("AWS_ENDPOINT_URL", &aws.endpoint)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", &aws.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &aws.secret_access_key)
        .output()
        .expect("python can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The ids of all blocks in the store, sorted; one that stands in several documents is there several times.
pub fn blocks(cloud: &LocalCloud) -> Vec<String> {
    serde_json::from_str(&somebody_else(cloud, BLOCKS)).expect("JSON")
}

fn python() -> PathBuf {
    zt_test_support::root().join("target/venv-local-cloud/bin/python")
}
