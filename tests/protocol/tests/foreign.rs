//! A client and a codec by somebody else: pyvider and pyvider-cty from PyPI.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../provider/wire/tests/values/mod.rs"]
mod values;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zt_framework::value::json as state;
use zt_framework::value::{Type, Value};
use zt_wire::codec::{decode, encode};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-example");
const CASES: usize = 400;

/// Python with pyvider; made on first use.
fn python() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let venv = here.join("../../target/venv-protocol");
    let made = Command::new(here.join("setup.sh")).arg(&venv).status().unwrap();
    assert!(made.success(), "tests/protocol/setup.sh could not install pyvider");
    venv.join("bin/python")
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign").join(name)
}

#[test]
fn a_foreign_client_lives_through_an_object() {
    let output = Command::new(python())
        .arg(script("client.py"))
        .arg(PROVIDER)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// What the foreign codec answers to each question.
fn ask(questions: &[serde_json::Value]) -> Vec<serde_json::Value> {
    let mut child = Command::new(python())
        .arg(script("codec.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
    // Both ends would wait for each other if nobody read while we write.
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(answer: &serde_json::Value) -> Vec<u8> {
    let text = answer["msgpack"].as_str().unwrap_or_else(|| panic!("{answer}"));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The same cases every time.
fn cases(known: bool) -> Vec<(Type, Value)> {
    let mut runner = TestRunner::deterministic();
    let strategy = values::typed(known);
    (0..CASES)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

#[test]
fn what_we_write_a_foreign_codec_reads_and_writes_back() {
    let cases = cases(false);
    let question =
        |(ty, value): &(Type, Value)| json!({"type": ty.to_json(), "msgpack": hex(&encode(value, ty).unwrap())});
    let answers = ask(&cases.iter().map(question).collect::<Vec<_>>());
    assert_eq!(answers.len(), CASES);
    // pyvider takes no null for a tuple, which Terraform does.
    let understood =
        |answer: &&serde_json::Value| !answer["error"].as_str().is_some_and(|it| it.contains("got NoneType"));
    assert!(answers.iter().filter(understood).count() > CASES * 9 / 10);
    for ((ty, value), answer) in cases.iter().zip(&answers).filter(|(_, answer)| understood(answer)) {
        assert_eq!(&decode(&bytes(answer), ty).unwrap(), value, "{ty:?} {answer}");
        if let Some(text) = answer["json"].as_str() {
            assert_eq!(&state::decode(text.as_bytes(), ty).unwrap(), value, "{ty:?} {answer}");
        }
    }
}

#[test]
fn stored_state_means_the_same_to_a_foreign_codec() {
    let cases = cases(true);
    let question = |(ty, value): &(Type, Value)| json!({"type": ty.to_json(), "json": String::from_utf8(state::encode(value, ty).unwrap()).unwrap()});
    let answers = ask(&cases.iter().map(question).collect::<Vec<_>>());
    assert_eq!(answers.len(), CASES);
    for ((ty, value), answer) in cases.iter().zip(&answers) {
        assert_eq!(&decode(&bytes(answer), ty).unwrap(), value, "{ty:?} {answer}");
    }
}
