//! Request ids and dates: every answer of AWS has both, whatever ministack left out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::http_message::Answer;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// An id in the form of AWS's: unique in this process, which is all a test needs.
pub(crate) fn new() -> String {
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |passed| passed.as_nanos());
    let head = (nanos >> 32) & 0xffff_ffff;
    format!(
        "{head:08x}-{:04x}-4{:03x}-8{:03x}-{count:012x}",
        (nanos >> 16) & 0xffff,
        nanos & 0xfff,
        (nanos >> 4) & 0xfff
    )
}

/// The request id of an answer.
pub(crate) fn of(answer: &Answer) -> String {
    let id = answer.header("x-amzn-requestid");
    if id.is_empty() {
        answer.header("x-amz-request-id")
    } else {
        id
    }
    .to_owned()
}

/// Adds the request id where it is missing, and the date where it is missing or the clock was moved.
pub(crate) fn complete(answer: &mut Answer, offset: i64) {
    if answer.header("x-amzn-requestid").is_empty() {
        let id = match of(answer) {
            id if id.is_empty() => new(),
            id => id,
        };
        answer.set("x-amzn-requestid", &id);
    }
    if offset != 0 || answer.header("date").is_empty() {
        let moved = Duration::from_millis(offset.unsigned_abs());
        let now = match offset < 0 {
            true => SystemTime::now() - moved,
            false => SystemTime::now() + moved,
        };
        answer.set("date", &httpdate::fmt_http_date(now));
    }
}
