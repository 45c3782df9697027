//! The acceptance lane: the real CLI, our binary, a third party's AWS behind the strict proxy, a real edge.
//!
//! Each test starts a local cloud of its own, so that tests run side by side and leave nothing to each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attach;
mod bad_input;
mod by_file;
mod by_file_life;
mod coalescing;
mod crashes;
mod crowd_firewall;
mod crowd_flood;
mod crowd_page;
mod drift;
mod ended_sessions;
mod federation;
mod hand_over;
mod imports;
mod keys_at_once;
mod killed_revocations;
mod lifecycle;
mod load;
mod logs;
mod quotas;
mod reading;
mod revocations;
mod rotation;
mod secrecy;
mod service_tokens;
mod sessions_apart;
mod unfinished;
mod viewer_headers;
mod web_acl;
mod writers;
