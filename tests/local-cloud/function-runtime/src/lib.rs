//! A host for CloudFront Functions of the runtime `cloudfront-js-2.0`, for tests and the local cloud.
//!
//! It promises to run no function that CloudFront would not run: source over 10,240 bytes, syntax that njs refuses
//! (see [`SyntaxRefusal`]), missing built-ins, a second megabyte too many or an endless loop all end in a [`FunctionError`].
//! Every call gets a fresh engine, a frozen clock and nothing else: no timers, network, files, process or environment.
//! It knows no HTTP: which headers a function may set, and what a result means, is the edge's business.
//!
//! ```
//! use local_cloud_function_runtime::{FunctionRuntime, RunOptions};
//! let code = "function handler(event) { return { statusCode: 302, headers: { location: { value: '/' + event.request.uri.length } } }; }";
//! let event = serde_json::json!({"version": "1.0", "context": {"eventType": "viewer-request"}, "request": {"uri": "/a"}});
//! let outcome = FunctionRuntime::new().run(code, &event, None, &RunOptions::at(1_700_000_000_000)).unwrap();
//! assert_eq!(outcome.result["headers"]["location"]["value"], "/2");
//! ```
//!
//! Known differences from njs, which stays the judge (the same cases run under Debian's njs): regular expressions are ECMAScript's,
//! not PCRE's (`$` does not match before a final line feed here), and error texts of exceptions differ.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bytes;
mod engine;
mod error;
mod grammar;
mod lexer;
mod store;

pub use engine::{Edge, FunctionRuntime, Outcome, RawQuery, RunOptions};
pub use error::{FunctionError, FunctionErrorKind};
pub use grammar::{SyntaxRefusal, check};
pub use store::{KeyValues, MemoryStore, StoreError, StoreMeta};
