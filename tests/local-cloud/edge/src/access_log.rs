//! One line of JSON per request in `access.jsonl`, as a test reads it: the viewer's URI is kept, headers and cookies are not.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

/// The log file.
#[derive(Debug)]
pub(crate) struct AccessLog {
    file: Mutex<File>,
}

/// What a line says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub host: String,
    pub method: String,
    pub uri: String,
    pub query: bool,
    pub status: u16,
    pub result: String,
    pub location: String,
    pub request_id: String,
    /// `cf.logCustomData` of the viewer-request function.
    pub custom_data: Option<String>,
    /// Why the edge refused by itself.
    pub reason: Option<String>,
}

impl AccessLog {
    pub(crate) fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self {
            file: Mutex::new(File::options().create(true).append(true).open(path)?),
        })
    }

    pub(crate) fn write(&self, now: i64, line: &Line) {
        let text = json!({
            "time": now,
            "host": line.host,
            "method": line.method,
            "uri": line.uri,
            "query": line.query,
            "status": line.status,
            "x-cache": line.result,
            "location": line.location,
            "request_id": line.request_id,
            "viewer-request-log-data": line.custom_data,
            "reason": line.reason,
        });
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop requests; the reader of the log will miss the line.
        let _ = writeln!(file, "{text}");
    }
}
