//! How a token is now: for a refresh, and for an import that knows its name only.

use zt_aws::error::optional;
use zt_aws::{Aws, Tags};
use zt_framework::{Diagnostic, Value};
use zt_model::ids::{ServiceTokenId, StoreName};
use zt_model::store::ServiceTokenDocument;

use super::anchor::{self, Anchor, Found};
use super::content::{Content, end};
use super::names::Names;
use crate::connection::Connected;
use crate::failure::diagnostic;
use crate::marks::Stage;
use crate::session_revocation::time;
use crate::tagging;

/// Where the document is.
pub(super) struct Place<'all> {
    pub(super) aws: &'all Aws,
    pub(super) store_arn: &'all str,
    pub(super) names: &'all Names,
}

impl Place<'_> {
    /// The text of the document; none when it is not there, or the whole store is not.
    pub(super) async fn document(&self, id: &ServiceTokenId) -> Result<Option<String>, Diagnostic> {
        let text = self.aws.keyvalue(self.store_arn).get(&self.names.key(id)).await;
        Ok(optional(text).map_err(|error| diagnostic(&error))?.flatten())
    }
}

/// The id in a state.
pub(super) fn token_id(state: &Value) -> Result<ServiceTokenId, Diagnostic> {
    let id = state.get("token_id").as_str().unwrap_or_default();
    ServiceTokenId::parse(id).map_err(|error| Diagnostic::error("The state names no token", format!("{error}.")))
}

/// The state as it is; none when neither secret nor document is there.
pub(super) async fn look(connected: &Connected, mut state: Value) -> Result<Option<Value>, Diagnostic> {
    let (names, id) = (Names::read(&state)?, token_id(&state)?);
    let store_arn = state
        .get("session_store")
        .get("arn")
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let place = Place {
        aws: &connected.aws,
        store_arn: &store_arn,
        names: &names,
    };
    let document = place.document(&id).await?;
    let anchor = match anchor::look(&connected.aws, &names).await? {
        Found::Ours(anchor) if anchor.id == id && !anchor.deleted => Some(anchor),
        _ => None,
    };
    let Some(anchor) = anchor else {
        if document.is_none() {
            return Ok(None);
        }
        state.set("in_force", false);
        return Ok(Some(state));
    };
    state.set("secret_arn", anchor.arn.as_str());
    state.set("tags_all", tagging::value(&anchor.own_tags()));
    let Some((content, _)) = anchor::content(&connected.aws, &anchor, &names).await? else {
        state.set("in_force", false);
        return Ok(Some(state));
    };
    put(&mut state, &content);
    let found = document.and_then(|text| ServiceTokenDocument::parse(&text).ok());
    state.set("in_force", in_force(&anchor, &content, found.as_ref()));
    Ok(Some(state))
}

/// Whether the token is complete: the store holds its document, and the mark says so. Another create may take over what
/// is not marked as live, so a mark that was never set is repaired like a document that is not there.
pub(super) fn in_force(anchor: &Anchor, content: &Content, document: Option<&ServiceTokenDocument>) -> bool {
    anchor.stage == Stage::Live && document == Some(&content.document)
}

/// Writes into a state what a content tells.
pub(super) fn put(state: &mut Value, content: &Content) {
    let present = content.document.present();
    let previous = content.document.previous().and_then(|previous| end(previous.expires));
    content.source.put(state);
    state.set("token_id", content.id.as_str());
    state.set("minted_at", time::format(content.minted));
    state.set("secret_expires_at", end(present.expires).map(time::format));
    state.set("previous_expires", previous.map(time::format));
}

/// Finds a token by its names.
pub(super) async fn find(connected: &Connected, names: &Names) -> Result<Value, Diagnostic> {
    let aws = &connected.aws;
    let Found::Ours(anchor) = anchor::look(aws, names).await? else {
        return Err(not_found(&names.import_id()));
    };
    let Some((content, _)) = anchor::content(aws, &anchor, names).await? else {
        return Err(unreadable(names));
    };
    let mut state = Value::object([
        ("session_store", session_store(aws, &names.store).await?),
        ("application", names.application.as_str().into()),
        ("name", names.name.as_str().into()),
        ("tags", own_tags(connected, &anchor)),
    ]);
    put(&mut state, &content);
    Ok(state)
}

async fn session_store(aws: &Aws, name: &StoreName) -> Result<Value, Diagnostic> {
    let found = optional(aws.cloudfront().describe_store(&format!("zt-{name}")).await);
    let found = found.map_err(|error| diagnostic(&error))?;
    let store = found.ok_or_else(|| {
        Diagnostic::error(
            "The session store is gone",
            format!(
                "There is no session store {name}, in which the token would be known. Apply its zt_session_store first."
            ),
        )
    })?;
    Ok(Value::object([
        ("arn", store.arn.as_str().into()),
        ("name", name.as_str().into()),
    ]))
}

/// The tags that were written for this token, as far as they can be told from the provider's.
fn own_tags(connected: &Connected, anchor: &Anchor) -> Value {
    let own = |(key, value): &(String, String)| connected.default_tags.get(key) != Some(value);
    let own: Tags = anchor.own_tags().into_iter().filter(own).collect();
    match own.is_empty() {
        true => Value::Null,
        false => tagging::value(&own),
    }
}

pub(super) fn not_found(id: &str) -> Diagnostic {
    Diagnostic::error(
        "There is no such service token",
        format!(
            "{id:?} names no service token of this account. Import by \"<store>/<application>/<name>\" or by the ARN of \
             its secret."
        ),
    )
}

fn unreadable(names: &Names) -> Diagnostic {
    Diagnostic::error(
        "The service token cannot be imported",
        format!(
            "The secret {:?} awaits its deletion or does not hold what this provider writes, so nobody knows what was \
             asked for. Restore it, or remove it and make the token anew.",
            names.secret()
        ),
    )
}
