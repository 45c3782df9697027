//! The provider is killed at every AWS call of a revocation's create; where AWS carries out a change, also after it.
//!
//! A create is one write, so nothing in the store can tell what a killed apply left from the block of a living resource
//! (decision 11). Applied again, the store holds the block of the resource in state and no other; or the message names
//! the import, and following it to the letter lifts what was left behind.

use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::left_behind::{import_and_lift, imports};
use zt_acceptance_tests::store::blocks;
use zt_acceptance_tests::{HEAD, STORE, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// A store, and a configuration that may hold revocations of one user.
struct Scene {
    cloud: LocalCloud,
    terraform: Terraform,
}

impl Scene {
    fn new() -> Self {
        let cloud = LocalCloud::start();
        let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
        terraform.apply(&[]).success();
        Self { cloud, terraform }
    }

    fn write(&self, revocations: &[&str]) {
        let revocation = |name: &&str| revocation(&self.cloud.endpoints, name, "somebody", "");
        let revocations: String = revocations.iter().map(revocation).collect();
        self.terraform.write("main.tf", &[HEAD, STORE, &revocations].concat());
    }

    /// Applies these revocations; what Terraform says.
    #[track_caller]
    fn apply(&self, revocations: &[&str]) -> String {
        self.write(revocations);
        self.terraform.apply(&[]).success().output
    }

    /// Plans these revocations, and kills the provider at a call of the apply.
    #[track_caller]
    fn kill(&self, revocations: &[&str], at: &At, when: When) {
        self.write(revocations);
        kill::planned_apply_at(&self.cloud, &self.terraform, (at, when));
    }

    fn id(&self, name: &str) -> String {
        let values = self.terraform.resource(&format!("zt_session_revocation.{name}"));
        values["revocation_id"].as_str().expect("an id").to_owned()
    }

    fn blocks(&self) -> Vec<String> {
        blocks(&self.cloud)
    }

    #[track_caller]
    fn end(&self) {
        self.terraform.destroy().success();
        assert!(self.cloud.left_over().is_empty(), "{:?}", self.cloud.left_over());
    }
}

/// Every call that the apply of a planned create makes, in order, and whether it changes something.
fn calls_of_a_create(scene: &Scene) -> Vec<(At, bool)> {
    scene.write(&["one"]);
    let calls = kill::calls_of_a_planned_apply(&scene.cloud, &scene.terraform);
    assert_eq!(scene.blocks(), [scene.id("one")]);
    scene.apply(&[]);
    assert!(scene.blocks().is_empty(), "{:?}", scene.blocks());
    calls
}

/// Kills, applies again, and destroys: nothing is left. Whether that took the message's help.
fn check(scene: &Scene, at: &At, when: When) -> bool {
    scene.kill(&["one"], at, when);
    let output = scene.apply(&["one"]);
    let own = scene.id("one");
    let left: Vec<String> = scene.blocks().into_iter().filter(|id| *id != own).collect();
    let named = imports(&output);
    assert_eq!(
        named.len(),
        left.len(),
        "killed {when:?} {at:?}, {left:?} are left behind:\n{output}"
    );
    if !named.is_empty() {
        import_and_lift(&scene.terraform, &named);
    }
    assert_eq!(scene.blocks(), [own], "killed {when:?} {at:?}");
    scene.terraform.plan_is_empty();
    scene.apply(&[]);
    assert!(
        scene.blocks().is_empty(),
        "killed {when:?} {at:?}: {:?}",
        scene.blocks()
    );
    !named.is_empty()
}

#[test]
fn killed_at_every_call_of_a_revocation_create() {
    let scene = Scene::new();
    let calls = calls_of_a_create(&scene);
    let writes = calls.iter().filter(|(_, mutating)| *mutating).count();
    assert!(
        calls.len() >= 4 && writes == 1,
        "too few calls to mean anything: {calls:?}"
    );
    let helped = kill::at_each(&calls, |at, when| check(&scene, at, when));
    assert_eq!(
        helped,
        [("UpdateKeys", When::After)],
        "only a write that nobody heard of leaves something behind"
    );
    scene.end();
}

fn the_write() -> At {
    At::new("cloudfront-keyvaluestore", "UpdateKeys", 1)
}

#[test]
fn the_block_of_a_living_resource_is_neither_taken_over_nor_lifted() {
    let scene = Scene::new();
    scene.apply(&["one"]);
    let one = scene.id("one");
    scene.kill(&["one", "two"], &the_write(), When::After);
    let left: Vec<String> = scene.blocks().into_iter().filter(|id| *id != one).collect();
    assert_eq!(left.len(), 1, "{left:?}");

    let output = scene.apply(&["one", "two"]);
    assert_eq!(scene.id("one"), one);
    assert_eq!(
        imports(&output).len(),
        2,
        "the living one and the one left behind are both told:\n{output}"
    );
    let mut all = vec![one.clone(), scene.id("two"), left[0].clone()];
    all.sort();
    assert_eq!(scene.blocks(), all);
    scene.terraform.plan_is_empty();

    scene.apply(&["one"]);
    all.retain(|id| *id == one || *id == left[0]);
    assert_eq!(scene.blocks(), all, "the end of two is the end of two only");
    let output = scene.apply(&[]);
    assert_eq!(scene.blocks(), left, "the end of one is the end of one only");
    let named = imports(&output);
    assert!(named.len() == 1 && named[0].contains(&left[0]), "{named:?}");
    import_and_lift(&scene.terraform, &named);
    assert!(scene.blocks().is_empty(), "{:?}", scene.blocks());
    scene.end();
}

#[test]
fn a_killed_update_leaves_nothing_that_the_next_apply_does_not_know() {
    let scene = Scene::new();
    scene.apply(&["one"]);
    let more = |subject: &str| {
        let issuer = &scene.cloud.endpoints.identity_provider.issuer;
        let user = |subject: &str| format!("{{ issuer = \"{issuer}\", subject = \"{subject}\" }}");
        let text = revocation(&scene.cloud.endpoints, "one", "somebody", "");
        text.replace(&user("somebody"), &format!("{}, {}", user("somebody"), user(subject)))
    };
    let text = [HEAD, STORE, &more("another")].concat();
    scene.terraform.write("main.tf", &text);
    kill::planned_apply_at(&scene.cloud, &scene.terraform, (&the_write(), When::After));
    let run = scene.terraform.apply(&[]).success();
    assert!(imports(&run.output).is_empty(), "{}", run.output);
    scene.terraform.plan_is_empty();
    assert_eq!(scene.blocks(), [scene.id("one"), scene.id("one")]);
    scene.apply(&[]);
    assert!(scene.blocks().is_empty(), "{:?}", scene.blocks());
    scene.end();
}
