//! The way of a request through the proxy: name it, judge it, carry it out, record it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use http::StatusCode;
use tokio::sync::broadcast;

use crate::ControlOptions;
use crate::admin;
use crate::call::Call;
use crate::http_message::{Answer, Incoming};
use crate::identify::identify;
use crate::objects::objects;
use crate::operations::Operations;
use crate::record::{Change, Outcome, Records};
use crate::refusal::{self, Refusal};
use crate::request_id;
use crate::upstream::{Upstream, authorization};

/// What goes back to the client.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// Nothing: the connection ends.
    Break,
}

/// One proxy and what it knows.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) operations: Operations,
    pub(crate) upstream: Upstream,
    pub(crate) records: Records,
    pub(crate) default_account: String,
    address: OnceLock<SocketAddr>,
}

impl Gateway {
    pub(crate) fn new(options: &ControlOptions) -> std::io::Result<Self> {
        let log = Path::new(&options.state_dir).join("calls.jsonl");
        Ok(Self {
            operations: Operations::load(),
            upstream: Upstream::new(options.ministack),
            records: Records::open(&log)?,
            default_account: options.account_id.clone(),
            address: OnceLock::new(),
        })
    }

    pub(crate) fn set_address(&self, address: SocketAddr) {
        // Called once, by the listener.
        let _ = self.address.set(address);
    }

    pub(crate) fn changes(&self) -> broadcast::Receiver<Change> {
        self.records.subscribe()
    }

    pub(crate) async fn handle(self: Arc<Self>, request: Incoming) -> Reply {
        if request.path == "/_local" || request.path.starts_with("/_local/") {
            return Reply::Answer(admin::answer(&self, &request).await);
        }
        let Some(call) = identify(&self.operations, &request, &self.default_account) else {
            return Reply::Answer(self.pass(&request).await);
        };
        let seq = self.records.next();
        // The call is carried out in a task of its own: a client that goes away takes back nothing.
        let task = tokio::spawn(Arc::clone(&self).carry_out(seq, call, request));
        match task.await {
            Ok(answer) => Reply::Answer(answer),
            Err(_) => Reply::Break,
        }
    }

    async fn carry_out(self: Arc<Self>, seq: u64, call: Call, request: Incoming) -> Answer {
        let mut answer = match self.execute(&call, &request).await {
            Ok(answer) => answer,
            Err(refusal) => refusal.render(&call, &request_id::new()),
        };
        request_id::complete(&mut answer);
        self.records.add(
            seq,
            &call,
            Outcome {
                objects: objects(&call, &request, Some(&answer)),
                status: answer.status.as_u16(),
                error_code: refusal::code_of(&answer),
                request_id: request_id::of(&answer),
                fault: None,
                at_once: request.json()["ForceDeleteWithoutRecovery"] == true,
            },
        );
        answer
    }

    async fn execute(&self, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
        if !call.signed {
            return Err(Refusal::unsigned(call));
        }
        self.forward(call, request).await
    }

    async fn forward(&self, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
        let mut request = request.clone();
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
