//! The Node processes that run functions: warm ones are kept, one event at a time each, killed at their timeout.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{OnceCell, Semaphore};

use super::LambdaVersion;
use crate::clock::Clock;

const RUNNER: &str = include_str!("runner.mjs");
/// Lambda gives a function so long to initialise.
const INIT: Duration = Duration::from_secs(10);
/// Lambda starts Node with these, where Node knows them.
const FLAGS: [&str; 2] = ["--no-experimental-require-module", "--no-experimental-detect-module"];
/// Processes of all functions together.
const MOST: usize = 8;

/// A process with its pipes.
#[derive(Debug)]
struct Node {
    // Killed when dropped.
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    asked: u64,
}

/// Starts, keeps and stops the processes.
#[derive(Debug)]
pub(crate) struct Nodes {
    node: PathBuf,
    state_dir: PathBuf,
    ca_file: PathBuf,
    clock: Clock,
    /// By location and version: what one location keeps warm, another has never started.
    idle: Mutex<HashMap<(String, PathBuf), Vec<Node>>>,
    room: Semaphore,
    flags: OnceCell<Vec<&'static str>>,
}

impl Nodes {
    pub(crate) fn new(node: &Path, state_dir: &Path, ca_file: &Path, clock: Clock) -> Self {
        Self {
            node: node.to_owned(),
            state_dir: state_dir.to_owned(),
            ca_file: ca_file.to_owned(),
            clock,
            idle: Mutex::default(),
            room: Semaphore::new(MOST),
            flags: OnceCell::new(),
        }
    }

    /// Ends idle processes, of one location or of all, so that the next event finds a cold start.
    pub(crate) fn cool(&self, location: Option<&str>) {
        self.idle()
            .retain(|(at, _), _| location.is_some_and(|location| location != at));
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<(String, PathBuf), Vec<Node>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn flags(&self) -> &[&'static str] {
        let probe = async {
            let mut known = Vec::new();
            for flag in FLAGS {
                let status = Command::new(&self.node)
                    .args([flag, "-e", "0"])
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .await;
                if status.is_ok_and(|s| s.success()) {
                    known.push(flag);
                }
            }
            known
        };
        self.flags.get_or_init(|| probe).await
    }

    async fn start(&self, version: &LambdaVersion, location: &str) -> Result<Node, String> {
        let (module, handler) = version.handler.rsplit_once('.').ok_or("the handler has no module")?;
        let file = ["mjs", "cjs", "js"]
            .iter()
            .map(|e| version.directory.join(format!("{module}.{e}")))
            .find(|f| f.exists());
        let file = file.ok_or_else(|| format!("Cannot find module '{module}'"))?;
        let runner = self.state_dir.join("lambda").join("runner.mjs");
        std::fs::write(&runner, RUNNER).map_err(|e| e.to_string())?;
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(version.directory.with_extension("log"))
            .map_err(|e| e.to_string())?;
        let mut command = Command::new(&self.node);
        command
            .args(self.flags().await)
            .arg(&runner)
            .arg(&file)
            .arg(handler)
            .current_dir(&version.directory)
            .env_clear();
        for (name, value) in self.environment(version, location) {
            command.env(name, value);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| e.to_string())?;
        let input = child.stdin.take().ok_or("no pipe")?;
        let output = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
        let mut node = Node {
            _child: child,
            input,
            output,
            asked: 0,
        };
        node.say(&json!({"offset": self.clock.offset()})).await?;
        match node.hear().await? {
            Value::Object(o) if o.get("ready") == Some(&Value::Bool(true)) => Ok(node),
            other => Err(format!(
                "initialisation failed: {}",
                other["error"]["message"].as_str().unwrap_or_default()
            )),
        }
    }

    /// Only what Lambda reserves: functions at the edge have no environment of their own. The certificate authority stands in for
    /// the machine's trust store.
    fn environment(&self, version: &LambdaVersion, location: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_REGION", region(location).to_owned()),
            ("AWS_DEFAULT_REGION", region(location).to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", format!("us-east-1.{}", version.name)),
            ("AWS_LAMBDA_FUNCTION_VERSION", version.version.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", version.memory.to_string()),
            ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", version.runtime)),
            ("AWS_ACCESS_KEY_ID", version.account.clone()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            // No session of STS: it tells the local STS in whose name a web identity token is asked for.
            ("AWS_SESSION_TOKEN", format!("local/{}", version.role)),
            ("LAMBDA_TASK_ROOT", version.directory.display().to_string()),
            ("_HANDLER", version.handler.clone()),
            ("TZ", ":UTC".to_owned()),
            ("NODE_EXTRA_CA_CERTS", self.ca_file.display().to_string()),
        ]
    }

    async fn ask(&self, node: &mut Node, version: &LambdaVersion, event: &Value) -> Result<Value, String> {
        node.asked += 1;
        let id = node.asked;
        let context = json!({"functionName": format!("us-east-1.{}", version.name), "functionVersion": version.version,
            "invokedFunctionArn": version.arn, "memoryLimitInMB": version.memory.to_string(), "awsRequestId": format!("{id}")});
        node.say(&json!({"id": id, "event": event, "context": context, "offset": self.clock.offset()}))
            .await?;
        let answer = node.hear().await?;
        if answer["id"].as_u64() == Some(id) {
            Ok(answer)
        } else {
            Err("the answer is not to this event".to_owned())
        }
    }
}

/// The processes as one location has them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Warm<'a> {
    pub nodes: &'a Nodes,
    pub location: &'a str,
}

impl Warm<'_> {
    /// Runs the handler on an event; the error is for the log.
    pub(crate) async fn invoke(&self, version: &LambdaVersion, event: &Value) -> Result<Value, String> {
        let nodes = self.nodes;
        let _room = nodes.room.acquire().await.map_err(|e| e.to_string())?;
        let key = (self.location.to_owned(), version.directory.clone());
        let warm = nodes.idle().get_mut(&key).and_then(Vec::pop);
        let mut node = match warm {
            Some(node) => node,
            None => tokio::time::timeout(INIT, nodes.start(version, self.location))
                .await
                .map_err(|_| "initialisation timed out")??,
        };
        let asked = tokio::time::timeout(version.timeout, nodes.ask(&mut node, version, event));
        // A process that timed out or broke its pipe is dropped, and with that killed.
        let answer = asked
            .await
            .map_err(|_| format!("timed out after {} s", version.timeout.as_secs()))??;
        nodes.idle().entry(key).or_default().push(node);
        match answer.get("error") {
            Some(error) => Err(format!("threw {}", error["message"].as_str().unwrap_or_default())),
            None => Ok(answer["result"].clone()),
        }
    }
}

/// The region in which Lambda runs what a location asks for.
fn region(location: &str) -> &'static str {
    match location.get(..3) {
        Some("FRA") => "eu-central-1",
        Some("NRT") => "ap-northeast-1",
        _ => "us-east-1",
    }
}

impl Node {
    async fn say(&mut self, value: &Value) -> Result<(), String> {
        self.input
            .write_all(format!("{value}\n").as_bytes())
            .await
            .map_err(|e| e.to_string())?;
        self.input.flush().await.map_err(|e| e.to_string())
    }

    async fn hear(&mut self) -> Result<Value, String> {
        let line = self
            .output
            .next_line()
            .await
            .map_err(|e| e.to_string())?
            .ok_or("the process ended")?;
        serde_json::from_str(&line).map_err(|e| e.to_string())
    }
}
