//! A lane whose cases are walked through by a Node script, on a world that Terraform made on a local cloud of its own.
//!
//! The script is given `endpoints.json` and the lane's folder, and leaves its counts there as `<name of the lane>.json`. A
//! step that breaks and a case that fails both make the lane red. It refuses to know what the cases are about.

use crate::steps::Steps;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::root;
use zt_test_support::terraform::Terraform;

/// One lane, from its first step to its closing line.
pub struct Lane {
    /// The folder to work in.
    pub home: PathBuf,
    pub steps: Steps,
    name: &'static str,
    cases: Counts,
}

/// How many cases held, and how many did not.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Lane {
    /// Panics are the failures of steps from here on, told by them alone.
    pub fn new(name: &'static str) -> Self {
        std::panic::set_hook(Box::new(|_| {}));
        Self {
            home: crate::home(name),
            steps: Steps::default(),
            name,
            cases: Counts::default(),
        }
    }

    /// A step: the script of the repository runs to its end, with `options` behind its two folders.
    pub fn run_script(&mut self, cloud: &LocalCloud, script: &str, options: &[OsString]) {
        let result = self.home.join(format!("{}.json", self.name));
        let (home, cases) = (&self.home, &mut self.cases);
        self.steps.run("the script ends", || {
            println!();
            let _ = std::fs::remove_file(&result);
            Command::new("node")
                .arg(root().join(script))
                .arg(cloud.state.join("endpoints.json"))
                .arg(home)
                .args(options)
                .status()
                .expect("node can be started");
            *cases = Counts::read(&result);
            ((), format!("{} passed, {} failed", cases.passed, cases.failed))
        });
    }

    /// A step: everything goes again, by the control plane's own word.
    pub fn destroy(&mut self, terraform: &Terraform, cloud: &LocalCloud) {
        self.steps.run("terraform destroy", || {
            terraform.destroy().success();
            let left = cloud.left_over();
            assert!(left.is_empty(), "left over: {left:?}");
            ((), "nothing is left over".to_owned())
        });
    }

    /// The table, the closing line of counts, and what the process ends with.
    pub fn end(self) -> ExitCode {
        self.steps.table();
        let (held, broken) = self.steps.counts();
        let (passed, failed) = (self.cases.passed + held, self.cases.failed + broken);
        println!("{}: {passed} passed, {failed} failed", self.name);
        if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl Counts {
    /// What the script left; a script that tried nothing counts as broken.
    fn read(result: &Path) -> Self {
        let text = std::fs::read_to_string(result).expect("the script tells how many cases held");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        let count = |name: &str| told[name].as_u64().expect("a count");
        let counts = Self {
            passed: count("passed"),
            failed: count("failed"),
        };
        assert!(counts.passed + counts.failed > 0, "the script tried nothing");
        counts
    }
}

/// A local cloud in this folder, from nothing.
pub fn fresh_cloud(home: &Path) -> LocalCloud {
    let state = home.join("state");
    let _ = std::fs::remove_dir_all(&state);
    LocalCloud::start_at(&state)
}

/// The whole of the `endpoints.json` of a running cloud.
pub fn endpoints(cloud: &LocalCloud) -> Value {
    let text = std::fs::read_to_string(cloud.state.join("endpoints.json")).expect("the endpoints of a running cloud");
    serde_json::from_str(&text).expect("JSON")
}
