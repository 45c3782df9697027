//! From what is there to the state that Terraform keeps.

use zt_framework::{Schema, Value};

use super::config::Settings;
use super::converge::{Facts, Served};
use super::form::Form;
use super::{attach, plan, revision};

/// Hosted zone of every CloudFront distribution (AWS General Reference, CloudFront endpoints).
const HOSTED_ZONE: &str = "Z2FDTNDATAQYW2";

/// What a state is written from.
pub(super) struct Account<'a> {
    pub(super) schema: &'a Schema,
    pub(super) settings: &'a Settings,
    pub(super) facts: &'a Facts,
    pub(super) instance: &'a str,
    /// Home region, for buckets that name none.
    pub(super) region: &'a str,
}

/// The planned object with every computed value filled in; what is not there is null.
pub(super) fn write(planned: &Value, account: &Account<'_>) -> Value {
    let mut state = planned.clone();
    let Account {
        facts,
        settings,
        instance,
        ..
    } = account;
    let or_null = |text: &Option<String>| Value::from(text.clone());
    state.set("instance_id", *instance);
    state.set("role_arn", or_null(&facts.role_arn));
    state.set("auth_function_arn", or_null(&facts.auth_function_arn));
    state.set("session_function_arn", or_null(&facts.session_function_arn));
    let domain = facts.distribution.as_ref().map(|served| served.domain.as_str());
    state.set(
        "redirect_uris",
        settings.viewers.redirect_uris(&settings.pages.auth_prefix, domain),
    );
    match settings.form {
        Form::Whole => serve(&mut state, account),
        Form::Attached => attach::write(&mut state, settings),
    }
    let revision = facts.complete.then(|| revision::of(account.schema, &state)).flatten();
    state.set("deployed_revision", revision);
    without_unknown(state)
}

/// What stands around the functions.
fn serve(state: &mut Value, account: &Account<'_>) {
    let served = account.facts.distribution.as_ref();
    let origins = &account.settings.origins;
    let policies = served.map(|served| plan::bucket_policies(origins, account.region, account.instance, &served.arn));
    state.set("origin_bucket_policies", policies);
    state.set("web_acl_arn", Value::from(account.facts.web_acl_arn.clone()));
    let part = |read: fn(&Served) -> &String| Value::from(served.map(read).cloned());
    state.set("distribution_id", part(|served| &served.id));
    state.set("distribution_arn", part(|served| &served.arn));
    state.set("domain_name", part(|served| &served.domain));
    state.set("hosted_zone_id", served.map(|_| HOSTED_ZONE));
}

/// A failed apply may end before everything is known; unknown values cannot be stored.
pub(super) fn without_unknown(mut state: Value) -> Value {
    for path in state.unknown_paths() {
        state.set_at(&path, Value::Null);
    }
    state
}

/// The facts that a stored state tells.
pub(super) fn facts(state: &Value) -> Facts {
    let text = |name: &str| state.get(name).as_str().map(str::to_owned);
    let distribution = || {
        Some(Served {
            id: text("distribution_id")?,
            arn: text("distribution_arn")?,
            domain: text("domain_name")?,
        })
    };
    Facts {
        role_arn: text("role_arn"),
        auth_function_arn: text("auth_function_arn"),
        session_function_arn: text("session_function_arn"),
        web_acl_arn: text("web_acl_arn"),
        distribution: distribution(),
        complete: false,
    }
}
