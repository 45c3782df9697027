//! The way of a request through the proxy: name it, let faults have it, judge it, carry it out, record it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::StatusCode;
use time::OffsetDateTime;
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::admin;
use crate::call::Call;
use crate::effects;
use crate::faults::{self, Fault, Faults, When};
use crate::holds::Holds;
use crate::http_message::{Answer, Incoming};
use crate::identify::identify;
use crate::objects::objects;
use crate::operations::Operations;
use crate::record::{Outcome, Records};
use crate::refusal::{self, Refusal};
use crate::request_id;
use crate::rules;
use crate::signature;
use crate::stores::Stores;
use crate::supply::{self, Supplies};
use crate::timing::Timing;
use crate::token_issuer::TokenIssuer;
use crate::upstream::{Upstream, authorization};
use crate::{ControlError, ControlOptions};

/// What goes back to the client.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// Half of it, then the connection ends.
    Truncated(Answer),
    /// Nothing: the connection ends.
    Break,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// A user of AWS: recorded, and faults may hit.
    Outside,
    /// A user of ministack as it is, but for the calls that it lacks: recorded, and faults may hit.
    Additions,
    /// Another part of the local cloud, such as the edge: neither.
    Inside,
}

/// One proxy and what it knows.
#[derive(Debug)]
pub(crate) struct Gateway {
    operations: Operations,
    pub(crate) upstream: Upstream,
    pub(crate) records: Records,
    pub(crate) default_account: String,
    pub(crate) faults: Faults,
    pub(crate) holds: Holds,
    pub(crate) timing: Timing,
    pub(crate) stores: Stores,
    pub(crate) supplies: Supplies,
    pub(crate) token_issuer: Arc<TokenIssuer>,
    accounts: watch::Sender<BTreeSet<String>>,
    /// Changes of one account are judged and made one at a time, so that no check is stale when it counts.
    turns: Mutex<BTreeMap<String, Arc<AsyncMutex<()>>>>,
    base: OnceLock<String>,
    /// How far the time of answers is ahead of the machine's, in milliseconds.
    time: AtomicI64,
}

impl Gateway {
    pub(crate) fn new(options: &ControlOptions) -> Result<Self, ControlError> {
        let log = Path::new(&options.state_dir).join("calls.jsonl");
        Ok(Self {
            operations: Operations::load(),
            upstream: Upstream::new(options.ministack),
            records: Records::open(&log, options.observer.clone()).map_err(ControlError::Log)?,
            default_account: options.account_id.clone(),
            faults: Faults::default(),
            holds: Holds::default(),
            timing: Timing::default(),
            stores: Stores::default(),
            supplies: Supplies::default(),
            token_issuer: Arc::new(TokenIssuer::new()?),
            accounts: watch::Sender::new(BTreeSet::from([options.account_id.clone()])),
            turns: Mutex::default(),
            base: OnceLock::new(),
            time: AtomicI64::new(0),
        })
    }

    pub(crate) fn set_address(&self, address: SocketAddr) {
        // Called once, when the proxy listens.
        let _ = self.base.set(format!("http://{address}"));
    }

    /// The base of the proxy's own URLs.
    pub(crate) fn base(&self) -> &str {
        self.base.get().map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn set_time(&self, offset: i64) {
        self.time.store(offset, Ordering::Relaxed);
    }

    /// Seconds since 1970 on the clock of all parts.
    pub(crate) fn now(&self) -> i64 {
        OffsetDateTime::now_utc().unix_timestamp() + self.time.load(Ordering::Relaxed).div_euclid(1000)
    }

    /// All accounts that have called so far.
    pub(crate) fn accounts(&self) -> watch::Receiver<BTreeSet<String>> {
        self.accounts.subscribe()
    }

    pub(crate) fn known_accounts(&self) -> BTreeSet<String> {
        self.accounts.borrow().clone()
    }

    pub(crate) async fn handle(self: Arc<Self>, request: Incoming, side: Side) -> Reply {
        if request.path == "/_local" || request.path.starts_with("/_local/") {
            return Reply::Answer(admin::answer(&self, &request).await);
        }
        let Some(call) = identify(&self.operations, &request, &self.default_account) else {
            return Reply::Answer(self.pass(&request).await);
        };
        self.accounts
            .send_if_modified(|accounts| accounts.insert(call.account.clone()));
        if side == Side::Inside {
            return Reply::Answer(self.judge_and_execute(call, request, side).await.1);
        }
        self.recorded(call, request, side).await
    }

    /// A call from outside. A client that goes away during a hold drops this future here; a call that is being
    /// carried out runs in a task of its own and is finished.
    async fn recorded(self: Arc<Self>, call: Call, request: Incoming, side: Side) -> Reply {
        let seq = self.records.next();
        let fault = self.faults.meet(&call).filter(|_| call.signed);
        let mut unfinished = Unfinished::new(&self, seq, &call, &request, fault.as_ref());
        match &fault {
            Some(Fault::Reset) => return Reply::Break,
            Some(Fault::Slow(delay)) => tokio::time::sleep(*delay).await,
            Some(Fault::Hold(When::Before)) => self.holds.hold(seq, &call, When::Before).await,
            Some(Fault::Timeout) => std::future::pending().await,
            _ => {}
        }
        unfinished.record = None;
        let held = call.clone();
        let task = tokio::spawn(Arc::clone(&self).carry_out((seq, side), call, request, fault.clone()));
        let Ok(answer) = task.await else {
            return Reply::Break;
        };
        match fault {
            Some(Fault::KillConnection) => return Reply::Break,
            Some(Fault::Truncated) => return Reply::Truncated(answer),
            Some(Fault::Garbage) => return Reply::Answer(faults::garbage(answer)),
            Some(Fault::Hold(When::After)) => self.holds.hold(seq, &held, When::After).await,
            _ => {}
        }
        Reply::Answer(answer)
    }

    async fn carry_out(
        self: Arc<Self>,
        (seq, side): (u64, Side),
        call: Call,
        request: Incoming,
        fault: Option<Fault>,
    ) -> Answer {
        let original = request.clone();
        let (call, answer) = match &fault {
            Some(Fault::Refuse(refusal, _)) => {
                let mut answer = refusal.render(&call, &request_id::new());
                self.complete(&mut answer);
                (call, answer)
            }
            _ => self.judge_and_execute(call, request, side).await,
        };
        let outcome = Outcome {
            objects: objects(&call, &original, Some(&answer)),
            status: answer.status.as_u16(),
            error_code: refusal::code_of(&answer),
            request_id: request_id::of(&answer),
            fault: fault.as_ref().map(|fault| fault.name().to_owned()),
            at_once: original.json()["ForceDeleteWithoutRecovery"] == true,
            written: self.written(&call, &original),
        };
        self.records.add(seq, &call, outcome);
        answer
    }

    fn complete(&self, answer: &mut Answer) {
        request_id::complete(answer, self.time.load(Ordering::Relaxed));
    }

    /// The store and the keys that a call of the data plane writes.
    fn written(&self, call: &Call, request: &Incoming) -> Option<(String, Vec<String>)> {
        if call.service != "cloudfront-keyvaluestore" {
            return None;
        }
        let name = call.label("KvsARN").rsplit('/').next().unwrap_or_default();
        let known = self.stores.arn_of(&call.account, name);
        let arn = known.unwrap_or_else(|| call.label("KvsARN").to_owned());
        let (puts, deletes) = rules::writes(call, request);
        Some((arn, puts.into_iter().map(|(key, _)| key).chain(deletes).collect()))
    }

    async fn judge_and_execute(&self, mut call: Call, mut request: Incoming, side: Side) -> (Call, Answer) {
        let mut answer = match self.execute(&mut call, &mut request, side).await {
            Ok(answer) => answer,
            Err(refusal) => refusal.render(&call, &request_id::new()),
        };
        self.complete(&mut answer);
        (call, answer)
    }

    async fn execute(&self, call: &mut Call, request: &mut Incoming, side: Side) -> Result<Answer, Refusal> {
        if !call.signed {
            return Err(Refusal::unsigned(call));
        }
        if side == Side::Outside {
            signature::check(call, request)?;
        }
        if side == Side::Additions {
            return match supply::answer(self, call, request).await {
                Some(answer) => answer,
                None => self.forward(call, request).await,
            };
        }
        let turn = self.turn(&call.account);
        let _turn = match call.effect().mutates() {
            true => Some(turn.lock().await),
            false => None,
        };
        self.stores.translate_request(call, request, side)?;
        rules::check(self, call, request).await?;
        let mut answer = match supply::answer(self, call, request).await {
            Some(answer) => answer?,
            None => {
                let before = effects::before(self, call, request).await;
                let mut answer = self.forward(call, request).await?;
                effects::after(self, call, request, &mut answer, before).await;
                answer
            }
        };
        self.stores.translate_answer(call, &mut answer);
        Ok(answer)
    }

    fn turn(&self, account: &str) -> Arc<AsyncMutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(account.to_owned()).or_default())
    }

    async fn forward(&self, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
        let mut request = request.clone();
        default_stage(call, &mut request);
        if call.region == "*"
            && let Ok(value) = authorization(&call.account, "us-east-1", &call.service).parse()
        {
            // ministack takes the account of a SigV4A signature only where it verifies signatures.
            request.headers.insert(http::header::AUTHORIZATION, value);
        }
        self.upstream
            .forward(&request)
            .await
            .map_err(|error| Refusal::new(503, "ServiceUnavailable", error.to_string()))
    }

    /// Passes ministack's own pages through.
    async fn pass(&self, request: &Incoming) -> Answer {
        match self.upstream.forward(request).await {
            Ok(answer) => answer,
            Err(error) => Answer::new(StatusCode::BAD_GATEWAY, "text/plain", error.to_string()),
        }
    }
}

/// The stage is optional on AWS and means DEVELOPMENT; ministack insists on it.
fn default_stage(call: &Call, request: &mut Incoming) {
    let staged = matches!(call.operation.as_str(), "DescribeFunction" | "GetFunction") && call.service == "cloudfront";
    if staged && request.query_value("Stage").is_none() {
        request.query = "Stage=DEVELOPMENT".to_owned();
    }
}

/// Records a call that was never carried out, however its wait ended.
struct Unfinished<'a> {
    gateway: &'a Gateway,
    record: Option<(u64, Call, Outcome)>,
}

impl<'a> Unfinished<'a> {
    fn new(gateway: &'a Gateway, seq: u64, call: &Call, request: &Incoming, fault: Option<&Fault>) -> Self {
        let outcome = Outcome {
            objects: objects(call, request, None),
            fault: fault.map(|fault| fault.name().to_owned()),
            ..Outcome::default()
        };
        Self {
            gateway,
            record: Some((seq, call.clone(), outcome)),
        }
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some((seq, call, outcome)) = self.record.take() {
            self.gateway.records.add(seq, &call, outcome);
        }
    }
}
