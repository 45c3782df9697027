//! What a plan tells of a file: its counts and latest end where it can be read, and what is wrong with it before anything
//! is applied.

use zt_framework::{Diagnostic, Path, Plan, PlanRequest, Value};
use zt_model::store::Expiry;

use super::bulk::{Entries, Loaded, MOST_BLOCKED, RevocationFile};
use super::revocation::{Mode, Revocation, users};
use super::time;

/// What is computed of a file.
pub(super) const COUNTED: [&str; 4] = ["file_users", "file_sessions", "file_users_until_end", "file_expires_at"];

/// Fills in what the file says. Nothing is read while path or digest are unknown.
pub(super) async fn file(request: &PlanRequest, plan: &mut Plan) -> Result<(), Diagnostic> {
    let planned = &mut plan.planned;
    if planned.get("file").is_unknown() || planned.get("file_sha256").is_unknown() {
        for name in COUNTED {
            planned.set(name, Value::unknown());
        }
        return Ok(());
    }
    let Some(file) = RevocationFile::of(planned) else {
        for name in COUNTED {
            planned.set(name, Value::Null);
        }
        return Ok(());
    };
    match (file.load().await, &request.prior) {
        (Loaded::Entries(entries), _) => {
            if !planned.get("mode").is_unknown() {
                check(planned, &entries)?;
            }
            count(planned, &entries)
        }
        (Loaded::Absent(error), Some(prior)) => {
            if let Some(why) = why_read(prior, planned) {
                let detail = format!("{}\n\nIt is needed because {why}.", error.detail);
                return Err(Diagnostic { detail, ..error });
            }
            for name in COUNTED {
                planned.set(name, prior.get(name).clone());
            }
            Ok(())
        }
        (Loaded::Absent(error) | Loaded::Wrong(error), _) => Err(error),
    }
}

/// Why an apply of this plan would have to read the file; none when nothing of it is needed for what stands already.
fn why_read(prior: &Value, planned: &Value) -> Option<&'static str> {
    const CHANGES: &str = "who is out by the file changes, or may change";
    let terms = ["users", "mode", "expires_at"];
    if terms.iter().any(|name| !planned.get(name).is_wholly_known()) {
        return Some(CHANGES);
    }
    let read = |object: &Value| Revocation::read(object, super::resource::block_id(prior).ok()?).ok();
    match (read(prior), read(planned)) {
        (Some(before), Some(after)) if changes_by_file(&before, &after) => Some(CHANGES),
        (Some(before), Some(after)) if writes_by_file(prior, &before, &after) => Some(
            "a part of it is not in the store, and the next apply restores that. To let everybody in instead, remove the \
             revocation, which takes no file",
        ),
        (Some(_), Some(_)) => None,
        _ => Some(CHANGES),
    }
}

/// Whether an update writes for the users of a file: they change, or something was lost and nobody knows what.
pub(super) fn writes_by_file(prior: &Value, before: &Revocation, after: &Revocation) -> bool {
    is_repair(prior) && (before.file.is_some() || after.file.is_some()) || changes_by_file(before, after)
}

/// Whether the store does not hold all of it.
pub(super) fn is_repair(prior: &Value) -> bool {
    prior.get("in_force").as_bool() != Some(true)
}

/// Whether something changes for the users of a file. A sign-out is done once, so only a new file is a reason for it.
fn changes_by_file(before: &Revocation, after: &Revocation) -> bool {
    let digest = |revocation: &Revocation| revocation.file.as_ref().map(|file| file.sha256.clone());
    if digest(before).is_none() && digest(after).is_none() {
        return false;
    }
    let terms = before.expires != after.expires || before.users != after.users;
    digest(before) != digest(after) || before.mode != after.mode || after.mode == Mode::Block && terms
}

/// What the entries come to in this mode.
pub(super) fn check(object: &Value, entries: &Entries) -> Result<(), Diagnostic> {
    let mode = object.get("mode").as_str().and_then(Mode::parse);
    let wrong =
        |summary: &str, detail: String| Err(Diagnostic::error(summary, detail).at(Path::root().attribute("file")));
    match mode {
        Some(Mode::SignOut) if entries.has_ends() => wrong(
            "A sign-out has no end",
            "The file has users with expires_at. A sign-out ends sessions once, so there is nothing that could expire. Leave \
             expires_at out of the file, or use mode = \"block\"."
                .to_owned(),
        ),
        Some(Mode::Block) if entries.users() > MOST_BLOCKED => wrong(
            "A store cannot block so many users",
            format!(
                "The file blocks {} users; the pages of a store take {MOST_BLOCKED} for sure. Use mode = \"sign_out\" and lock the \
                 users at the identity provider, or spread them over several stores.",
                entries.users()
            ),
        ),
        _ => Ok(()),
    }
}

/// Sets what is computed of the entries; what hangs on something unknown is left to apply.
pub(super) fn count(object: &mut Value, entries: &Entries) -> Result<(), Diagnostic> {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    object.set("file_users", number(entries.users()));
    object.set("file_sessions", number(entries.sessions()));
    let (lasting, latest) = match object.get("mode").as_str() {
        Some("sign_out") => (Value::Null, Value::Null),
        None => (Value::unknown(), Value::unknown()),
        Some(_) if !object.get("users").is_wholly_known() => (Value::unknown(), Value::unknown()),
        Some(_) => {
            let listed = users(object)?;
            let own = object.get("expires_at");
            let default = own.as_str().and_then(time::parse).map_or(Expiry::Never, Expiry::At);
            let latest = match entries.latest(default, &listed) {
                _ if own.is_unknown() => Value::unknown(),
                Some(Expiry::At(end)) => time::format(end).into(),
                Some(Expiry::Never) | None => Value::Null,
            };
            (number(entries.lasting(&listed)).into(), latest)
        }
    };
    object.set("file_users_until_end", lasting);
    object.set("file_expires_at", latest);
    Ok(())
}
