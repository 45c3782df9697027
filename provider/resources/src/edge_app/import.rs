//! Finding an application that Terraform does not know: by ARN or id of its distribution, by name, or by identity.
//!
//! What the user once wrote stands in the membership document, so that the next plan is empty.

use zt_aws::Aws;
use zt_aws::error::optional;
use zt_framework::{Diagnostic, ImportRequest, Value};

use super::documents;
use super::form::Form;
use super::names::Names;
use crate::failure;
use crate::marks::{Mark, Stage};

/// The application an import means, with its distribution's id where that is known.
pub(super) struct Found {
    pub(super) mark: Mark,
    pub(super) distribution_id: Option<String>,
}

/// Finds the application.
pub(super) async fn find(aws: &Aws, request: &ImportRequest) -> Result<Found, Diagnostic> {
    if let Some(identity) = &request.identity {
        let part = |name: &str| identity.get(name).as_str().unwrap_or_default().to_owned();
        return by_name(aws, &part("store"), &part("name")).await;
    }
    let id = request.id.trim();
    if let Some((_, distribution)) = id.strip_prefix("arn:").and_then(|arn| arn.split_once(":distribution/")) {
        return by_distribution(aws, distribution).await;
    }
    if let Some((store, name)) = id.split_once('/') {
        return by_name(aws, store, name).await;
    }
    let is_distribution = id.len() >= 8 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match is_distribution {
        true => by_distribution(aws, id).await,
        false => by_name_alone(aws, id).await,
    }
}

fn unknown(id: &str) -> Diagnostic {
    Diagnostic::error(
        "No such application",
        format!(
            "Nothing of an application {id:?} was found. Import by \"<store>/<name>\", by the ARN or id of the \
             distribution, or by the name when it is unique in the account."
        ),
    )
}

async fn by_distribution(aws: &Aws, id: &str) -> Result<Found, Diagnostic> {
    let found = optional(aws.cloudfront().distribution_by_id(id).await).map_err(|error| failure::diagnostic(&error))?;
    let mark = found.as_ref().and_then(|found| Mark::from_text(&found.config.comment));
    match mark {
        Some(mark) => Ok(Found {
            mark,
            distribution_id: Some(id.to_owned()),
        }),
        None => Err(unknown(id)),
    }
}

async fn by_name(aws: &Aws, store: &str, name: &str) -> Result<Found, Diagnostic> {
    let anchor = Names::of(store, name).keys_secret;
    let found = optional(aws.secretsmanager().describe(&anchor).await).map_err(|error| failure::diagnostic(&error))?;
    let mark = found
        .filter(|found| !found.deleted)
        .and_then(|found| Mark::from_tags(&found.tags));
    match mark {
        Some(mark) => Ok(Found {
            mark: mark.at(Stage::Live),
            distribution_id: None,
        }),
        None => Err(unknown(&format!("{store}/{name}"))),
    }
}

async fn by_name_alone(aws: &Aws, name: &str) -> Result<Found, Diagnostic> {
    let all = aws
        .cloudfront()
        .list_distributions()
        .await
        .map_err(|error| failure::diagnostic(&error))?;
    let mut found: Vec<Found> = all
        .into_iter()
        .filter_map(|one| Some((Mark::from_text(&one.comment)?, one.id)))
        .filter(|(mark, _)| mark.application == name)
        .map(|(mark, id)| Found {
            mark,
            distribution_id: Some(id),
        })
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            let stores: Vec<&str> = found.iter().chain([&last]).map(|one| one.mark.store.as_str()).collect();
            Err(Diagnostic::error(
                "The name is not unique",
                format!(
                    "Applications named {name:?} are in the stores {}. Import by \"<store>/{name}\".",
                    stores.join(", ")
                ),
            ))
        }
        (None, _) => Err(unknown(name)),
    }
}

/// The state to begin with: what was written, and what leads to the rest.
pub(super) async fn state(aws: &Aws, found: &Found) -> Result<(Form, Value), Diagnostic> {
    let names = Names::of(&found.mark.store, &found.mark.application);
    let value = optional(aws.secretsmanager().value(&names.membership_secret).await)
        .map_err(|error| failure::diagnostic(&error))?;
    let written = value.and_then(|value| {
        let json = documents::configuration(value.value.expose())?;
        let form = Form::of_configuration(&json)?;
        let written = zt_framework::value::json::decode(&json, &form.schema().ty()).ok()?;
        Some((form, written))
    });
    let Some((form, mut state)) = written else {
        return Err(Diagnostic::error(
            "The application cannot be imported",
            format!(
                "Its membership document ({}) is missing or was not written by this provider, so nobody knows its \
                 policies and routes. Remove what is left of it and create it anew.",
                names.membership_secret
            ),
        ));
    };
    state.set("instance_id", found.mark.instance.as_str());
    if form == Form::Whole {
        state.set("distribution_id", found.distribution_id.clone());
    }
    Ok((form, state))
}

/// The identity of an application.
pub(super) fn identity(store: &str, name: &str) -> Value {
    Value::object([("store", Value::from(store)), ("name", Value::from(name))])
}
