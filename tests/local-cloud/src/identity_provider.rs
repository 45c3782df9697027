//! The identity provider as a part of this cloud: its users, its clients, its process.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use local_cloud_edge::EdgeHandle;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::endpoints::{self, User};
use crate::setup;

const CLIENT: &str = "zt-demo";
const CLIENT_WITH_SECRET: &str = "zt-demo-secret";
/// Entra's tenants: the home of most people, and another.
const TENANT: &str = "5b1f3a52-9c34-4a0e-8f6d-1c2b3a4d5e6f";
const OTHER_TENANT: &str = "c0ffee00-1234-4abc-9def-0123456789ab";
/// More than an ID token of Entra names.
const MANY_GROUPS: usize = 250;
/// How many people have nothing special about them.
const WORKFORCE: usize = 3;
/// Far above what it takes: a machine that is busy with other things is no reason to give up.
const READY_WITHIN: Duration = Duration::from_secs(180);
/// A process that has not taken a new time by then is not waited for: what it does by the old one shows in the test.
const TAKES_TIME_WITHIN: Duration = Duration::from_secs(5);

/// Why there is no identity provider.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityProviderError {
    #[error("cannot write its configuration, or read randomness")]
    System(#[from] std::io::Error),
    #[error("its process did not say that it serves, see {0}")]
    NotReady(PathBuf),
}

/// A running identity provider.
#[derive(Debug)]
pub(crate) struct IdentityProvider {
    /// What it said when it was ready.
    told: Value,
    client_secret: String,
    users: Vec<User>,
    child: Child,
    /// Open as long as it is to run; it also takes the time.
    lifeline: Option<ChildStdin>,
    /// The offsets it says that it goes by.
    clock: watch::Receiver<i64>,
}

impl IdentityProvider {
    /// Starts it with the certificate that the edge made for it, and waits until it serves.
    pub(crate) async fn start(
        edge: &EdgeHandle,
        hosts: &[String],
        state: &Path,
    ) -> Result<Self, IdentityProviderError> {
        let client_secret = random()?;
        let users = users()?;
        let configuration = state.join("identity-provider.json");
        write_private(
            &configuration,
            &self::configuration(edge, hosts, (&client_secret, &users)),
        )?;
        let log = state.join("identity-provider.log");
        let mut child = Command::new("node")
            .arg(setup::sources().join("idp/src/main.mjs"))
            .arg(&configuration)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log)?)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let lifeline = child.stdin.take();
        let (told, clock) = told(&mut child).await.ok_or(IdentityProviderError::NotReady(log))?;
        Ok(Self {
            told,
            client_secret,
            users,
            child,
            lifeline,
            clock,
        })
    }

    /// What `endpoints.json` says of it. The first user is the demo's.
    pub(crate) fn endpoints(&self, ca_file: &Path) -> endpoints::IdentityProvider {
        let (first, others) = match self.users.split_first() {
            Some((first, others)) => (first.clone(), others.to_vec()),
            None => (User::default(), Vec::new()),
        };
        let text = |member: &str| self.told[member].as_str().unwrap_or_default().to_owned();
        endpoints::IdentityProvider {
            issuer: text("issuer"),
            admin: text("admin"),
            entra: self.told["entra"].clone(),
            events: self.told["events"].clone(),
            client_id: CLIENT.to_owned(),
            client_secret_client_id: CLIENT_WITH_SECRET.to_owned(),
            client_secret: self.client_secret.clone(),
            user: first,
            other_users: others,
            ca_file: ca_file.to_owned(),
        }
    }

    /// The people who have nothing special about them.
    pub(crate) fn workforce(&self) -> &[User] {
        self.users.get(..WORKFORCE).unwrap_or(&self.users)
    }

    /// Puts its clock this far ahead of the machine's, in milliseconds, and waits until it goes by it.
    pub(crate) async fn set_time(&mut self, offset: i64) {
        let Some(lifeline) = &mut self.lifeline else {
            return;
        };
        let line = format!("{}\n", json!({"offset": offset}));
        let taken = async {
            // A process that is gone is noticed by whoever waits for it.
            if lifeline.write_all(line.as_bytes()).await.is_ok() {
                let _ = self.clock.wait_for(|known| *known == offset).await;
            }
        };
        let _ = timeout(TAKES_TIME_WITHIN, taken).await;
    }

    /// Waits until the process ends by itself.
    pub(crate) async fn ended(&mut self) {
        // An error here means that there is nothing left to wait for.
        let _ = self.child.wait().await;
    }

    /// Ends it: kindly first, by closing its standard input.
    pub(crate) async fn stop(mut self) {
        drop(self.lifeline.take());
        if timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

fn configuration(edge: &EdgeHandle, hosts: &[String], (client_secret, users): (&str, &[User])) -> Value {
    let at = |path: &str| -> Vec<String> {
        hosts
            .iter()
            .map(|host| format!("https://{host}:{}{path}", edge.port))
            .collect()
    };
    let users: Vec<Value> = users
        .iter()
        .map(|user| {
            let mut known = json!({"sub": user.subject, "user": user.user, "password": user.password, "email": user.user,
                "name": user.user.split('@').next(), "tenant": user.tenant, "object_id": user.object_id});
            // Nobody's claim of groups is an empty list: large providers leave it out.
            if !user.groups.is_empty() {
                known["groups"] = json!(user.groups);
            }
            if !user.roles.is_empty() {
                known["roles"] = json!(user.roles);
            }
            if !user.code.is_empty() {
                known["code"] = json!(user.code);
            }
            known
        })
        .collect();
    json!({
        "certificate": edge.certificate_file,
        "key": edge.key_file,
        "port": 0,
        "ca": edge.ca_file,
        "edge_port": edge.port,
        "tenants": [TENANT, OTHER_TENANT],
        "users": users,
        "clients": [{"client_id": CLIENT}, {"client_id": CLIENT_WITH_SECRET, "client_secret": client_secret}],
        "redirect_uris": at("/oauth2/callback"),
        "post_logout_redirect_uris": at("/oauth2/signed-out"),
    })
}

/// The people, those with something special about them last: dora has more groups than a token names, erin is of another tenant.
fn users() -> std::io::Result<Vec<User>> {
    let known: [(&str, &[&str], &[&str], &str); 5] = [
        ("alice@example.com", &["staff"], &[], TENANT),
        ("bob@example.com", &["staff", "admins"], &["Admin"], TENANT),
        ("carol@example.com", &[], &[], TENANT),
        ("dora@example.com", &["staff"], &[], TENANT),
        ("erin@example.org", &["staff"], &[], OTHER_TENANT),
    ];
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    known
        .iter()
        .enumerate()
        .map(|(number, (user, groups, roles, tenant))| {
            let mut groups = texts(groups);
            if user.starts_with("dora") {
                groups.extend((1..=MANY_GROUPS).map(|n| format!("project-{n}")));
            }
            Ok(User {
                user: (*user).to_owned(),
                password: password()?,
                subject: format!("u-{}", user.split('@').next().unwrap_or_default()),
                groups,
                roles: texts(roles),
                // Carol has no second factor.
                code: if user.starts_with("carol") {
                    String::new()
                } else {
                    random()?
                },
                tenant: (*tenant).to_owned(),
                object_id: format!("00000000-0000-4000-8000-{:012}", number + 1),
            })
        })
        .collect()
}

/// A password that any directory's rules take.
fn password() -> std::io::Result<String> {
    Ok(format!("Aa1!{}", random()?))
}

/// 128 bits of the system's randomness, in hexadecimal.
fn random() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file that only this user reads: it holds passwords.
fn write_private(path: &Path, content: &Value) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content.to_string().as_bytes())
}

/// The line that the process prints when it serves, and the offsets of its clock that it prints from then on.
async fn told(child: &mut Child) -> Option<(Value, watch::Receiver<i64>)> {
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let line = timeout(READY_WITHIN, lines.next_line()).await.ok()?.ok()??;
    let ready: Value = serde_json::from_str(&line).ok()?;
    let (clock, known) = watch::channel(0);
    // Reading on also keeps the process from stalling.
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(offset) = said["offset"].as_i64() {
                clock.send_replace(offset);
            }
        }
    });
    ready["issuer"].is_string().then_some((ready, known))
}
