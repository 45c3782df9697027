//! The quickstart on the local cloud, as the demo and `make local` use it: what a new user would do, step by step.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

pub mod inventory;
pub mod mirror;
pub mod quickstart;
pub mod steps;
