//! The shared vectors are what their generator writes. It stands here because the model starts no processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

#[test]
fn the_vectors_are_what_their_generator_writes() {
    let generator = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/generate.py");
    let check = Command::new("python3")
        .arg("-B")
        .arg(generator)
        .arg("--check")
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
