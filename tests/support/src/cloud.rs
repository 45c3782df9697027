//! One local cloud as a child process: started on a fresh folder, ended by SIGTERM when dropped.

use crate::endpoints::Endpoints;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct LocalCloud {
    child: Child,
    pub endpoints: Endpoints,
    pub state: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl LocalCloud {
    /// Starts a local cloud in a folder of its own and waits until it says that it is ready.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let state = folder.path().to_path_buf();
        Self::start_in(&state, Some(folder))
    }

    /// The same in a folder that stays.
    pub fn start_at(state: &Path) -> Self {
        std::fs::create_dir_all(state).expect("the state folder");
        Self::start_in(state, None)
    }

    fn start_in(state: &Path, folder: Option<tempfile::TempDir>) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let program = crate::built().join("local-cloud");
        let log = std::fs::File::create(state.join("local-cloud.log")).expect("a log file");
        let mut child = Command::new(&program)
            .args(["up", "--state"])
            .arg(state)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run `make build`", program.display()));
        wait_until_ready(&mut child, state);
        Self {
            child,
            endpoints: Endpoints::read(state),
            state: state.to_path_buf(),
            _folder: folder,
        }
    }

    /// All calls the control plane has answered so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        let text = std::fs::read_to_string(&self.endpoints.aws.calls_log).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .map(Call)
            .collect()
    }

    /// A request to the control plane's own administration, beside AWS's API.
    pub fn admin(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let client = reqwest::blocking::Client::builder()
            .timeout(None)
            .build()
            .expect("a plain client");
        let mut request = client.request(method, format!("{}{path}", self.endpoints.aws.admin));
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request
            .send()
            .and_then(|response| response.error_for_status())
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let text = response.text().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A request to the identity provider's controls.
    pub fn identity_provider(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.endpoints.identity_provider.admin);
        let answer = reqwest::blocking::Client::new().post(&url).json(body).send();
        let text = answer
            .and_then(|answer| answer.error_for_status())
            .and_then(|answer| answer.text())
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Moves the clock that all parts go by: edge, control plane and identity provider.
    pub fn advance(&self, seconds: u64) {
        let url = format!("{}/clock?advance={}", self.endpoints.edge.admin, seconds * 1000);
        let answer = reqwest::blocking::Client::new().post(&url).send();
        answer
            .and_then(|answer| answer.error_for_status())
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Objects that were created and not deleted, by the control plane's log.
    pub fn left_over(&self) -> Vec<Value> {
        let answer = self.admin(reqwest::Method::GET, "/created", None);
        answer["objects"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| panic!("unexpected ledger: {answer}"))
    }

    /// What the local cloud wrote to its log, for failures.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.state.join("local-cloud.log")).unwrap_or_default()
    }

    /// The edge's access log, one JSON line a request.
    pub fn access_log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.state.join("access.jsonl")).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}

fn wait_until_ready(child: &mut Child, state: &Path) {
    let output = child.stdout.take().expect("a piped stdout");
    let mut lines = BufReader::new(output).lines();
    loop {
        match lines.next() {
            Some(Ok(line)) if line.starts_with("ready") => break,
            Some(Ok(_)) => {}
            _ => {
                let log = std::fs::read_to_string(state.join("local-cloud.log")).unwrap_or_default();
                panic!("the local cloud ended before it was ready:\n{log}");
            }
        }
    }
    std::thread::spawn(move || lines.for_each(drop));
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// One line of the control plane's log.
pub struct Call(pub Value);

impl Call {
    pub fn service(&self) -> &str {
        self.0["service"].as_str().unwrap_or_default()
    }
    pub fn operation(&self) -> &str {
        self.0["operation"].as_str().unwrap_or_default()
    }
    pub fn object(&self) -> &str {
        self.0["object"].as_str().unwrap_or_default()
    }
    pub fn mutating(&self) -> bool {
        self.0["mutating"].as_bool().unwrap_or_default()
    }
    pub fn status(&self) -> u64 {
        self.0["status"].as_u64().unwrap_or_default()
    }
}
