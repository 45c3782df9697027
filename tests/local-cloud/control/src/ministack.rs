//! The child process of ministack: started on a free loopback port, ended with its parent.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};

/// Runs ministack in this process and ends with it when standard input closes: a killed parent
/// cannot leave it behind.
const LAUNCHER: &str = include_str!("ministack_launcher.py");
/// Loaded by the Node processes of functions: they go by the same clock as ministack.
const FUNCTION_CLOCK: &str = include_str!("function_clock.cjs");
/// Somebody else may take the free port before ministack does.
const STARTS: u32 = 3;
/// Far above what it takes: a machine that is busy with other things is no reason to give up.
const READY_WITHIN: Duration = Duration::from_secs(180);
/// A process that has not taken a new time by then is not waited for: what it does by the old one shows in the test.
const TAKES_TIME_WITHIN: Duration = Duration::from_secs(5);

/// What ministack needs to start.
#[derive(Debug, Clone)]
pub struct MinistackOptions {
    /// Virtual environment that holds it.
    pub venv: PathBuf,
    /// Directory for its log and its files.
    pub state_dir: PathBuf,
    /// Account of requests whose key names none.
    pub account_id: String,
    /// AWS for the Lambda functions it runs: the proxy, so that their calls are judged like everybody's.
    pub function_endpoint: String,
}

/// Why ministack is not there.
#[derive(Debug, thiserror::Error)]
pub enum MinistackError {
    #[error("cannot prepare ministack's directory")]
    Directory(#[source] std::io::Error),
    #[error("cannot start ministack; run tests/local-cloud/setup.sh first")]
    Spawn(#[source] std::io::Error),
    #[error("ministack ended at once, see {0}")]
    Ended(PathBuf),
    #[error("ministack was not ready in time, see {0}")]
    NotReady(PathBuf),
}

/// A running ministack.
#[derive(Debug)]
pub struct Ministack {
    address: SocketAddr,
    child: Child,
    /// Open as long as ministack is to run; waiting for a child would close it there.
    lifeline: Option<ChildStdin>,
    /// Where the functions read the clock; ministack writes it when it goes by it itself.
    clock: PathBuf,
}

impl Ministack {
    /// Starts it and waits until it serves.
    pub async fn start(options: &MinistackOptions) -> Result<Self, MinistackError> {
        for _ in 1..STARTS {
            match Self::start_once(options).await {
                Err(MinistackError::Ended(_)) => {}
                other => return other,
            }
        }
        Self::start_once(options).await
    }

    async fn start_once(options: &MinistackOptions) -> Result<Self, MinistackError> {
        let log = options.state_dir.join("ministack.log");
        let address = free_address().map_err(MinistackError::Directory)?;
        let mut child = spawn(options, address, &log)?;
        let lifeline = child.stdin.take();
        let mut ministack = Self {
            address,
            child,
            lifeline,
            clock: clock_file(options),
        };
        let deadline = Instant::now() + READY_WITHIN;
        while !is_ready(address).await {
            if let Ok(Some(_)) = ministack.child.try_wait() {
                return Err(MinistackError::Ended(log));
            }
            if Instant::now() > deadline {
                return Err(MinistackError::NotReady(log));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(ministack)
    }

    /// Puts its clock, and that of the functions it runs, this far ahead of the machine's, in milliseconds, and waits until it goes by it.
    pub async fn set_time(&mut self, offset: i64) {
        let Some(lifeline) = &mut self.lifeline else {
            return;
        };
        let taken = async {
            lifeline.write_all(format!("{offset}\n").as_bytes()).await?;
            while tokio::fs::read_to_string(&self.clock).await? != offset.to_string() {
                sleep(Duration::from_millis(2)).await;
            }
            Ok::<_, std::io::Error>(())
        };
        // A process that is gone is noticed by whoever waits for it.
        let _ = timeout(TAKES_TIME_WITHIN, taken).await;
    }

    /// Where it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the process ends by itself.
    pub async fn ended(&mut self) {
        // An error here means that there is nothing left to wait for.
        let _ = self.child.wait().await;
    }

    /// Ends it: kindly first, by closing its standard input.
    pub async fn stop(mut self) {
        drop(self.lifeline.take());
        if timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

fn home(options: &MinistackOptions) -> PathBuf {
    options.state_dir.join("ministack")
}

fn clock_file(options: &MinistackOptions) -> PathBuf {
    home(options).join("clock-offset")
}

fn spawn(options: &MinistackOptions, address: SocketAddr, log: &Path) -> Result<Child, MinistackError> {
    let home = home(options);
    let temporary = home.join("tmp");
    std::fs::create_dir_all(&temporary).map_err(MinistackError::Directory)?;
    let (clock, offset) = (home.join("clock.cjs"), clock_file(options));
    std::fs::write(&clock, FUNCTION_CLOCK).map_err(MinistackError::Directory)?;
    std::fs::write(&offset, "0").map_err(MinistackError::Directory)?;
    let output = std::fs::File::create(log).map_err(MinistackError::Directory)?;
    let errors = output.try_clone().map_err(MinistackError::Directory)?;
    Command::new(options.venv.join("bin/python"))
        .arg("-c")
        .arg(LAUNCHER)
        .env("BIND_HOST", address.ip().to_string())
        .env("GATEWAY_PORT", address.port().to_string())
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("MINISTACK_REGION", "us-east-1")
        .env("MINISTACK_ACCOUNT_ID", &options.account_id)
        .env("AUTH", "false")
        // Its broker for things would listen on port 8883 of every address.
        .env("IOT_MTLS_ENABLED", "0")
        .env("LAMBDA_EXECUTOR", "local")
        .env("LOG_LEVEL", "WARNING")
        .env("S3_DATA_DIR", home.join("s3"))
        .env("STATE_DIR", home.join("state"))
        .env("TMPDIR", &temporary)
        .env("LOCAL_CLOUD_CLOCK", &offset)
        .env("NODE_OPTIONS", format!("--require=\"{}\"", clock.display()))
        .env("AWS_ENDPOINT_URL", &options.function_endpoint)
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("PERSIST_STATE")
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(MinistackError::Spawn)
}

/// A port that was free a moment ago; a collision ends ministack at once and shows as such.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

async fn is_ready(address: SocketAddr) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        let request = "GET /_ministack/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer.starts_with("HTTP/1.1 200"))
    };
    matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}
