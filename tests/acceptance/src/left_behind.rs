//! What a killed apply left behind, found and lifted by following the provider's message to the letter.

use zt_test_support::terraform::Terraform;

/// The import blocks in what Terraform printed.
pub fn imports(output: &str) -> Vec<String> {
    let lines = output.lines().map(|line| line.trim_start_matches('│').trim());
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    let mut inside = false;
    for line in lines {
        if line == "import {" {
            blocks.push(Vec::new());
            inside = true;
        }
        if let (true, Some(block)) = (inside, blocks.last_mut()) {
            block.push(line);
        }
        inside &= line != "}";
    }
    blocks.iter().map(|block| block.join("\n")).collect()
}

/// Imports by these blocks beside the rest of the configuration, removes everything about it again, and applies.
#[track_caller]
pub fn import_and_lift(terraform: &Terraform, imports: &[String]) {
    terraform.write("imports.tf", &imports.join("\n"));
    let written = "-generate-config-out=left_behind.tf";
    terraform.run(&["plan", "-no-color", written]).success();
    let run = terraform.apply(&[]).success();
    assert!(
        run.output.contains("0 added, 0 changed, 0 destroyed"),
        "an import changes something:\n{}",
        run.output
    );
    terraform.plan_is_empty();
    for name in ["imports.tf", "left_behind.tf"] {
        std::fs::remove_file(terraform.path().join(name)).expect(name);
    }
    terraform.apply(&[]).success();
}
