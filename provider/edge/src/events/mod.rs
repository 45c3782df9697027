//! Events for TestFunction, generated from a compiled application, each with the answer it must get.
//!
//! They run on the very bytes that are about to be published. An event that gets another answer keeps the function from
//! being published, so every expectation follows from the configuration alone.

#[cfg(test)]
pub(crate) mod fixture;
mod generate;
mod request;
mod sample;
mod verdict;

pub use generate::{EventsError, TestSession, test_events};
pub use verdict::Expectation;

/// One event and what must come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TestEvent {
    /// What it tries, for the message when it fails.
    pub name: String,
    /// The event object, JSON.
    pub event: String,
    /// What the function must answer.
    pub expected: Expectation,
}
