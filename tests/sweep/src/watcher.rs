//! A visitor without a session at an application's door, all the time: what is protected is never served.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use reqwest::blocking::Client;

use crate::account::Account;

/// Paths that no configuration of this program makes public.
const PROTECTED: [&str; 3] = ["/", "/admin/1", "/api/1"];
/// Between two looks: the machine has other things to do.
const PAUSE: Duration = Duration::from_millis(150);

/// What a watcher saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// Refusals and logins: the door was there.
    pub(crate) closed: u64,
    /// Each answer that gave something away.
    pub(crate) open: Vec<String>,
}

pub(crate) struct Watcher<'scope> {
    ended: Arc<AtomicBool>,
    thread: ScopedJoinHandle<'scope, Seen>,
}

impl<'scope> Watcher<'scope> {
    pub(crate) fn start<'env>(scope: &'scope Scope<'scope, 'env>, account: &Account<'_>) -> Self {
        let (host, port) = (account.host(), account.cloud().endpoints.edge.port);
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = scope.spawn(move || watch(&client(&host), &format!("https://{host}:{port}"), &end));
        Self { ended, thread }
    }

    pub(crate) fn end(self) -> Seen {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().expect("a watcher does not panic")
    }
}

fn client(host: &str) -> Client {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("Mozilla/5.0 (X11; Linux x86_64) zt-watcher")
        .resolve(host, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0))
        // Before the application is there, the edge shows whatever certificate it has.
        .danger_accept_invalid_certs(true)
        .timeout(Duration::from_secs(30))
        .build()
        .expect("a client")
}

fn watch(client: &Client, base: &str, end: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while !end.load(Ordering::Relaxed) {
        for path in PROTECTED {
            let Ok(answer) = client.get(format!("{base}{path}")).send() else {
                continue;
            };
            seen.requests += 1;
            match answer.status().as_u16() {
                200..300 => seen.open.push(format!("{path} {}", answer.status())),
                302 | 303 | 401 | 403 => seen.closed += 1,
                _ => {}
            }
        }
        std::thread::sleep(PAUSE);
    }
    seen
}
