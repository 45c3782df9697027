//! Programs that bring a local cloud up and use it: the quickstart as a new user would, step by step, and the lanes whose
//! cases a script walks through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

pub mod cli;
pub mod inventory;
pub mod mirror;
pub mod quickstart;
pub mod script;
pub mod steps;

use std::path::PathBuf;

/// The folder to work in: the one on the command line, else this one under `target`.
pub fn home(name: &str) -> PathBuf {
    let chosen = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = chosen.unwrap_or_else(|| zt_test_support::root().join("target").join(name));
    std::path::absolute(&folder).expect("a folder has an absolute path")
}
