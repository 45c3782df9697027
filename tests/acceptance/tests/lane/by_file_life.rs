//! What befalls a revocation by file in its life: ends that pass, files that are gone or changed, writes that stop halfway.
//!
//! Nobody whom the file names is ever let in by it, and nobody else is left out.

use std::fmt::Write;

use serde_json::json;
use zt_acceptance_tests::HEAD;
use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::store::{blocks, somebody_else};
use zt_test_support::terraform::Terraform;

use crate::by_file::{Scene, id, path};

/// The configuration with the digest written out, as where the file is made elsewhere and goes after the apply.
fn pinned(scene: &Scene, terraform: &Terraform, more: &str) -> String {
    let values = terraform.resource("zt_session_revocation.out");
    let digest = values["file_sha256"].as_str().expect("a digest");
    let text = scene.configuration(more);
    text.replace("filesha256(\"leavers.csv\")", &format!("\"{digest}\""))
}

/// Writes the digest out and removes the file.
fn without_file(scene: &Scene, terraform: &Terraform, more: &str) {
    terraform.write("main.tf", &pinned(scene, terraform, more));
    std::fs::remove_file(path(terraform)).expect("the file");
}

/// A time so many seconds from now, by the clock of this machine, which the cloud's follows.
fn in_seconds(scene: &Scene, seconds: u32) -> String {
    let program = format!(
        "import datetime\nend = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds={seconds})\n\
         print(end.strftime('%Y-%m-%dT%H:%M:%SZ'))"
    );
    somebody_else(&scene.cloud, &program).trim().to_owned()
}

fn listed(scene: &Scene, subjects: &[&str]) -> String {
    let user = |subject: &&str| format!("{{ issuer = \"{}\", subject = \"{subject}\" }}", scene.issuer);
    let users: Vec<String> = subjects.iter().map(user).collect();
    format!("  users = [{}]\n", users.join(", "))
}

#[test]
fn ends_that_pass_are_no_loss_while_the_file_is_gone() {
    let scene = Scene::new();
    let end = in_seconds(&scene, 3_600);
    let mut text = "issuer,subject,session,expires_at\n".to_owned();
    for (name, end) in [("one", end.as_str()), ("two", ""), ("three", "")] {
        writeln!(text, "{},{name},,{end}", scene.issuer).expect("text grows");
    }
    let some = scene.elsewhere(&text, "");
    some.apply(&[]).success();
    without_file(&scene, &some, "");
    // Only sessions, and an end of the revocation.
    let more = format!("  expires_at = \"{}\"\n", in_seconds(&scene, 7_200));
    let sessions = scene.elsewhere("session\nABcdEFghij\n", &more);
    sessions.apply(&[]).success();
    without_file(&scene, &sessions, &more);
    for terraform in [&some, &sessions] {
        terraform.plan_is_empty();
    }
    scene.cloud.advance(3_700);
    for terraform in [&some, &sessions] {
        terraform.plan_is_empty();
    }
    scene.cloud.advance(3_700);
    sessions.plan_is_empty();
    sessions.destroy().success();
    some.destroy().success();
    scene.end();
}

#[test]
fn what_a_plan_promises_without_the_file_an_apply_does() {
    let scene = Scene::new();
    let list = listed(&scene, &["listed"]);
    let terraform = scene.elsewhere(&scene.file(0..2, 0), &list);
    terraform.apply(&[]).success();
    let text = std::fs::read_to_string(path(&terraform)).expect("the file");
    without_file(&scene, &terraform, &list);
    terraform.plan_is_empty();

    let refused = |more: &str, why: &str| {
        terraform.write("main.tf", &pinned(&scene, &terraform, more));
        let run = terraform.run(&["plan", "-no-color"]).failure();
        for text in ["leavers.csv: No such file", "file = \"leavers.csv\"", why] {
            assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
        }
    };
    refused(&listed(&scene, &["listed", "more"]), "who is out by the file changes");
    refused(
        &format!("{list}  mode = \"sign_out\"\n"),
        "who is out by the file changes",
    );
    terraform.write(
        "main.tf",
        &pinned(&scene, &terraform, &format!("{list}  reason = \"left\"\n")),
    );
    terraform.apply(&[]).success();

    // One of three blocks is lost, and that of the list does not stand in for it.
    terraform.write("main.tf", &pinned(&scene, &terraform, &list));
    terraform.apply(&[]).success();
    let lose = "own = [fingerprint(pepper(), given['issuer'], f'leaver, {number}') for number in range(2)]\n\
                keyvalue.put_key(KvsARN=arn, Key='p:' + own[0][:2], Value='1000000', IfMatch=version())\nprint('1')";
    zt_acceptance_tests::foreign::run(&scene.cloud, &json!({"issuer": scene.issuer}), lose);
    refused(&list, "a part of it is not in the store");
    terraform.write("leavers.csv", &text);
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 3]);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn what_a_create_wrote_stays_while_the_rest_is_made_up_for() {
    let scene = Scene::new();
    let insisting = "  lifecycle {\n    postcondition {\n      condition = self.in_force\n      error_message = \"Not everybody is \
                     out.\"\n    }\n  }\n";
    let terraform = scene.elsewhere(&scene.file(0..300, 0), insisting);
    scene.fault(json!({"kind": "denied", "nth": 3, "count": 1000}));
    let run = terraform.apply(&[]).failure();
    assert!(run.folded().contains("Not everybody is out."), "{}", run.output);
    assert!(run.folded().contains("not wholly in force"), "{}", run.output);
    assert!(run.folded().contains("AWS request id: "), "{}", run.output);
    let (own, halfway) = (id(&terraform), blocks(&scene.cloud));
    assert!(halfway.len() > 50 && halfway.len() < 300, "{}", halfway.len());
    // The next try fails as well, and lifts nobody.
    terraform.apply(&[]).failure();
    assert_eq!(blocks(&scene.cloud), halfway, "a block was lifted");
    scene.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    let run = terraform.apply(&[]).success();
    assert!(run.output.contains("0 added, 1 changed, 0 destroyed"), "{}", run.output);
    assert_eq!(blocks(&scene.cloud), vec![own; 300]);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn a_create_of_which_nothing_stands_is_an_error() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..300, 0), "");
    scene.fault(json!({"kind": "denied", "count": 1000}));
    terraform.apply(&[]).failure();
    scene.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 300]);
    terraform.destroy().success();
    scene.end();
}

/// A revocation of one user, to which a file was being added when the provider was killed.
fn killed_at_its_first_file(scene: &Scene) -> Terraform {
    let terraform = scene.elsewhere(&scene.file(0..300, 0), "");
    terraform.write("main.tf", &by_list(scene));
    terraform.apply(&[]).success();
    terraform.write("main.tf", &scene.configuration(&listed(scene, &["listed"])));
    let at = At::new("cloudfront-keyvaluestore", "UpdateKeys", 2);
    kill::planned_apply_at(&scene.cloud, &terraform, (&at, When::After));
    assert!(blocks(&scene.cloud).len() > 50, "nothing was left behind");
    terraform
}

/// The revocation of one user, without a file.
fn by_list(scene: &Scene) -> String {
    let text = scene.configuration(&listed(scene, &["listed"]));
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("file"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_a_killed_first_file_left_goes_with_the_next_file() {
    let scene = Scene::new();
    let terraform = killed_at_its_first_file(&scene);
    terraform.write("leavers.csv", &scene.file(400..402, 0));
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 3]);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn what_a_killed_first_file_left_goes_with_the_revocation() {
    let scene = Scene::new();
    let terraform = killed_at_its_first_file(&scene);
    terraform.write("main.tf", &by_list(&scene));
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn whom_a_killed_update_blocked_is_let_in_when_its_file_is_taken_back() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..150, 0), "");
    terraform.apply(&[]).success();
    terraform.write("leavers.csv", &scene.file(0..300, 0));
    let at = At::new("cloudfront-keyvaluestore", "UpdateKeys", 1);
    kill::planned_apply_at(&scene.cloud, &terraform, (&at, When::After));
    assert!(blocks(&scene.cloud).len() > 150, "nothing was left behind");
    terraform.write("leavers.csv", &scene.file(0..150, 0));
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 150]);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn what_a_killed_update_blocked_of_everyone_goes_with_the_revocation() {
    let scene = Scene::new();
    let terraform = scene.elsewhere("", "");
    terraform.write("main.tf", &by_list(&scene));
    terraform.apply(&[]).success();
    let everyone = by_list(&scene).replace("  users", "  everyone = { store = true }\n  users");
    terraform.write("main.tf", &everyone);
    let at = At::new("cloudfront-keyvaluestore", "UpdateKeys", 1);
    kill::planned_apply_at(&scene.cloud, &terraform, (&at, When::After));
    assert_eq!(blocks(&scene.cloud).len(), 2);
    terraform.destroy().success();
    scene.end();
}

#[test]
fn a_user_who_moves_from_the_list_to_the_file_is_out_all_the_time() {
    let scene = Scene::new();
    let list = listed(&scene, &["leaver, 0", "another"]);
    let terraform = scene.elsewhere(&scene.file(1..3, 0), &list);
    terraform.apply(&[]).success();
    // One of the list is lost, so the next apply writes everything anew; and it does not get far.
    let lose = "usr = fingerprint(pepper(), given['issuer'], 'another')\n\
                keyvalue.put_key(KvsARN=arn, Key='p:' + usr[:2], Value='1000000', IfMatch=version())\nprint('1')";
    zt_acceptance_tests::foreign::run(&scene.cloud, &json!({"issuer": scene.issuer}), lose);
    let out = |number: usize| {
        let given = json!({"issuer": scene.issuer, "subject": format!("leaver, {number}")});
        let program = "usr = fingerprint(pepper(), given['issuer'], given['subject'])\n\
                       page = keyvalue.get_key(KvsARN=arn, Key='p:' + usr[:2])['Value']\n\
                       print(json.dumps('b' + usr[2:10] in [page[at:at + 9] for at in range(7, len(page), 15)]))";
        zt_acceptance_tests::foreign::run(&scene.cloud, &given, program) == json!(true)
    };
    let before: Vec<bool> = (0..3).map(out).collect();
    terraform.write("leavers.csv", &scene.file(0..3, 0));
    terraform.write("main.tf", &scene.configuration(&listed(&scene, &["another"])));
    scene.fault(json!({"kind": "denied", "nth": 2, "count": 1000}));
    terraform.apply(&[]);
    let after: Vec<bool> = (0..3).map(out).collect();
    let lifted = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| **before && !**after)
        .count();
    assert_eq!(lifted, 0, "{before:?} became {after:?}");
    scene.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 4]);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn a_file_that_changed_since_the_plan_is_not_applied() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..3, 0), "");
    terraform.run(&["plan", "-no-color", "-out=saved.tfplan"]).success();
    terraform.write("leavers.csv", &scene.file(0..4, 0));
    // Terraform itself takes the digest again and refuses a plan of another one.
    terraform.run(&["apply", "-no-color", "saved.tfplan"]).failure();
    assert!(blocks(&scene.cloud).is_empty());
    terraform.apply(&[]).success();

    terraform.write("leavers.csv", &scene.file(1..4, 0));
    terraform.run(&["plan", "-no-color", "-out=saved.tfplan"]).success();
    terraform.write("leavers.csv", &scene.file(0..1, 0));
    terraform.run(&["apply", "-no-color", "saved.tfplan"]).failure();
    assert_eq!(
        blocks(&scene.cloud),
        vec![id(&terraform); 4],
        "a refused update lifted somebody"
    );
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), [id(&terraform)]);
    terraform.destroy().success();
    scene.end();
}

#[test]
fn a_destroy_that_stopped_halfway_goes_on() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..300, 0), "  everyone = { store = true }\n");
    terraform.apply(&[]).success();
    let all = blocks(&scene.cloud).len();
    assert_eq!(all, 301);
    terraform.plan_is_empty();
    let own = id(&terraform);
    std::fs::remove_file(path(&terraform)).expect("the file");
    terraform.write("main.tf", HEAD);
    scene.fault(json!({"kind": "denied", "nth": 4, "count": 1000}));
    terraform.apply(&[]).failure();
    scene.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    let left = blocks(&scene.cloud);
    assert!(
        !left.is_empty() && left.len() < all && left.iter().all(|id| *id == own),
        "{}",
        left.len()
    );
    terraform.apply(&[]).success();
    scene.end();
}

#[test]
fn a_block_by_file_is_imported_by_its_id_without_the_file() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..3, 2), "");
    terraform.apply(&[]).success();
    let values = terraform.resource("zt_session_revocation.out");
    let import = values["import_id"].as_str().expect("an import id").to_owned();
    without_file(&scene, &terraform, "");
    std::fs::remove_file(terraform.path().join("terraform.tfstate")).expect("the state");
    terraform
        .run(&["import", "-no-color", "zt_session_revocation.out", &import])
        .success();
    terraform.plan_is_empty();
    terraform.write("leavers.csv", &scene.file(0..3, 2));
    terraform.apply(&[]).success();
    assert_eq!(terraform.resource("zt_session_revocation.out")["file_users"], 3);
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 3]);
    terraform.destroy().success();
    scene.end();
}

#[test]
fn an_apply_that_finds_the_store_filling_warns() {
    let scene = Scene::new();
    let fill = "given = ['x:%04d' % number for number in range(4100)]\n\
                for at in range(0, len(given), 50):\n    \
                keyvalue.update_keys(KvsARN=arn, IfMatch=version(), Puts=[{'Key': key, 'Value': '0' * 1018} for key in given[at:at + 50]])";
    somebody_else(&scene.cloud, fill);
    let terraform = scene.elsewhere(&scene.file(0..3, 0), "");
    let run = terraform.apply(&[]).success();
    assert!(
        run.folded().contains("The session store is 82 % full"),
        "{}",
        run.output
    );
    assert!(run.folded().contains("of 5242880 bytes"), "{}", run.output);
    terraform.destroy().success();
    let drain = "given = ['x:%04d' % number for number in range(4100)]\n\
                 for at in range(0, len(given), 50):\n    \
                 keyvalue.update_keys(KvsARN=arn, IfMatch=version(), Deletes=[{'Key': key} for key in given[at:at + 50]])";
    somebody_else(&scene.cloud, drain);
    scene.end();
}
