//! What a plan tells of a file: its counts and latest end where it can be read, and what is wrong with it before anything
//! is applied.

use zt_framework::{Diagnostic, Path, Plan, PlanRequest, Value};
use zt_model::store::Expiry;

use super::bulk::{Entries, Loaded, MOST_BLOCKED, RevocationFile};
use super::revocation::Mode;
use super::time;

/// What is computed of a file.
pub(super) const COUNTED: [&str; 3] = ["file_users", "file_sessions", "file_expires_at"];

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
    let prior = request.prior.as_ref();
    let same = |name: &str| prior.is_some_and(|prior| prior.get(name) == planned.get(name));
    match file.load().await {
        Loaded::Entries(entries) => {
            if !planned.get("mode").is_unknown() {
                check(planned, &entries)?;
            }
            count(planned, &entries);
            Ok(())
        }
        // Nothing of the file is needed for what stands already; an apply that needs it says so.
        Loaded::Absent(_) if ["file", "file_sha256", "mode", "expires_at"].into_iter().all(same) => {
            for name in COUNTED {
                let kept = prior.map(|prior| prior.get(name).clone()).unwrap_or_default();
                planned.set(name, kept);
            }
            Ok(())
        }
        Loaded::Absent(error) | Loaded::Wrong(error) => Err(error),
    }
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

/// Sets what is computed of the entries; the latest end is left to apply while the revocation's own end is unknown.
pub(super) fn count(object: &mut Value, entries: &Entries) {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    object.set("file_users", number(entries.users()));
    object.set("file_sessions", number(entries.sessions()));
    let own = object.get("expires_at");
    let latest = match (own.is_unknown(), object.get("mode").as_str()) {
        (true, _) => Value::unknown(),
        (_, Some("sign_out")) => Value::Null,
        _ => {
            let default = own.as_str().and_then(time::parse).map_or(Expiry::Never, Expiry::At);
            match entries.latest(default) {
                Some(Expiry::At(end)) => time::format(end).into(),
                Some(Expiry::Never) | None => Value::Null,
            }
        }
    };
    object.set("file_expires_at", latest);
}
