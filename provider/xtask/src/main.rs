//! The chores of this repository, as one program without network access.
//!
//! `tidy` holds the house rules, `lanes` runs the test lanes and counts them. Each chore answers with an
//! exit code, prints what it found and changes nothing outside `target/`, unless its name says so.
#![allow(clippy::print_stdout)]

mod docs;
mod lanes;
mod tidy;
mod tree;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy | lanes [--only NAME]... [--list] | docs SCHEMA.json [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((chore, rest)) if chore == "tidy" && rest.is_empty() => tidy::run(),
        Some((chore, rest)) if chore == "lanes" => lanes::run(rest),
        Some((chore, rest)) if chore == "docs" => docs::run(rest),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
