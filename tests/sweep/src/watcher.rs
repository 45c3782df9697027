//! Visitors at an application's door, all the time: without a session, with one that grants nothing, with one that is
//! revoked. What is protected is never served to them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};

use crate::account::Account;

/// Paths that no configuration of this program makes public.
const PROTECTED: [&str; 3] = ["/", "/admin/1", "/api/1"];
/// Between two looks: the machine has other things to do.
const PAUSE: Duration = Duration::from_millis(150);
/// The longest way of a written page to the edge.
const ARRIVAL: Duration = Duration::from_secs(30);

/// What a watcher saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// Refusals and logins: the door was there.
    pub(crate) closed: u64,
    /// Each answer that gave something away.
    pub(crate) open: Vec<String>,
}

/// Who stands there, and with which cookie.
pub(crate) type Guest = (&'static str, Option<String>);

pub(crate) const NOBODY: [Guest; 1] = [("without a session", None)];

pub(crate) struct Watcher<'scope> {
    ended: Arc<AtomicBool>,
    thread: ScopedJoinHandle<'scope, Seen>,
}

impl<'scope> Watcher<'scope> {
    pub(crate) fn start<'env>(scope: &'scope Scope<'scope, 'env>, account: &Account<'_>, guests: &[Guest]) -> Self {
        let (door, guests) = (Door::of(account), guests.to_vec());
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = scope.spawn(move || watch(&door, &guests, &end));
        Self { ended, thread }
    }

    pub(crate) fn end(self) -> Seen {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().expect("a watcher does not panic")
    }
}

/// Sessions of the application that must be refused, once one that must pass was served.
pub(crate) fn refused_sessions(account: &Account<'_>) -> Result<Vec<Guest>, String> {
    let [passing, lesser, revoked] = mint(account)?;
    let door = Door::of(account);
    let began = Instant::now();
    while door.status("/", Some(&passing)) != Some(200) {
        if began.elapsed() > ARRIVAL {
            let reason = door.reason("/", &passing);
            return Err(format!("a session with every grant is not served: {reason}"));
        }
        std::thread::sleep(PAUSE);
    }
    while door.status("/", Some(&revoked)) == Some(200) {
        if began.elapsed() > ARRIVAL {
            return Err("a revoked session is served before anything failed".to_owned());
        }
        std::thread::sleep(PAUSE);
    }
    Ok(vec![
        ("with a session that grants nothing", Some(lesser)),
        ("with a revoked session", Some(revoked)),
    ])
}

fn mint(account: &Account<'_>) -> Result<[String; 3], String> {
    let python = zt_test_support::root().join("target/venv-local-cloud/bin/python");
    let output = Command::new(python)
        .args(["-c", include_str!("../foreign/mint.py")])
        .envs(account.environment())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
}

struct Door {
    client: Client,
    base: String,
}

impl Door {
    fn of(account: &Account<'_>) -> Self {
        let (host, port) = (account.host(), account.cloud().endpoints.edge.port);
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Mozilla/5.0 (X11; Linux x86_64) zt-watcher")
            .resolve(&host, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0))
            // Before the application is there, the edge shows whatever certificate it has.
            .danger_accept_invalid_certs(true)
            .timeout(Duration::from_secs(30))
            .build();
        Self {
            client: client.expect("a client"),
            base: format!("https://{host}:{port}"),
        }
    }

    fn status(&self, path: &str, cookie: Option<&String>) -> Option<u16> {
        Some(self.get(path, cookie).ok()?.status().as_u16())
    }

    /// Why a session is refused, in the edge's words.
    fn reason(&self, path: &str, cookie: &String) -> String {
        let answer = self.get(path, Some(cookie));
        answer.map_or_else(
            |error| error.to_string(),
            |answer| format!("{} {:?}", answer.status(), answer.headers().get("x-zt-reason")),
        )
    }

    fn get(&self, path: &str, cookie: Option<&String>) -> reqwest::Result<Response> {
        let mut request = self.client.get(format!("{}{path}", self.base));
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("__Host-zt-session={cookie}"));
        }
        request.send()
    }
}

fn watch(door: &Door, guests: &[Guest], end: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while !end.load(Ordering::Relaxed) {
        for (path, (who, cookie)) in PROTECTED
            .into_iter()
            .flat_map(|path| guests.iter().map(move |guest| (path, guest)))
        {
            let Some(status) = door.status(path, cookie.as_ref()) else {
                continue;
            };
            seen.requests += 1;
            match status {
                200..300 => seen.open.push(format!("{path} {status} {who}")),
                302 | 303 | 401 | 403 => seen.closed += 1,
                _ => {}
            }
        }
        std::thread::sleep(PAUSE);
    }
    seen
}
