//! One secret of an application: what keys, membership and client secret have in common.

use zt_aws::error::{ErrorKind, optional};
use zt_aws::secretsmanager::SecretDescription;
use zt_aws::{Secret, Tags};

use super::{Fault, Scope};
use crate::marks::{Mark, Stage};

/// Which secret is meant.
#[derive(Clone, Copy)]
pub(in crate::edge_app) struct Which<'a> {
    /// What it is, in words.
    pub(in crate::edge_app) kind: &'static str,
    /// Its name.
    pub(in crate::edge_app) name: &'a str,
    /// The stage of its mark.
    pub(in crate::edge_app) stage: Stage,
}

/// A secret that is ours, with its value.
pub(in crate::edge_app) struct Held {
    pub(in crate::edge_app) arn: String,
    pub(in crate::edge_app) value: Secret,
}

/// The secret as it stands, without its value.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, name: &str) -> Result<Option<SecretDescription>, Fault> {
    Ok(optional(scope.aws.secretsmanager().describe(name).await)?)
}

/// The value of a secret that is there and of this instance.
pub(in crate::edge_app) async fn peek(scope: &Scope<'_>, name: &str) -> Result<Option<Held>, Fault> {
    let Some(found) = look(scope, name).await? else {
        return Ok(None);
    };
    if found.deleted || !scope.owns(Mark::from_tags(&found.tags).as_ref()) {
        return Ok(None);
    }
    let value = optional(scope.aws.secretsmanager().value(name).await)?;
    Ok(value.map(|value| Held {
        arn: found.arn,
        value: value.value,
    }))
}

/// The value of a secret, whoever's it is: for looks that know from elsewhere whose it is.
pub(in crate::edge_app) async fn value(scope: &Scope<'_>, name: &str) -> Result<Option<Held>, Fault> {
    let value = optional(scope.aws.secretsmanager().value(name).await);
    match value {
        Ok(value) => Ok(value.map(|value| Held {
            arn: value.arn,
            value: value.value,
        })),
        // A secret that awaits its deletion has no value any more.
        Err(error) if error.kind() == ErrorKind::Invalid => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the secret with a first value, or takes it over with the value it has. One that awaits its deletion is
/// restored, but its value is not trusted again.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, which: Which<'_>, first: &Secret) -> Result<Held, Fault> {
    let secrets = scope.aws.secretsmanager();
    let Which { kind, name, stage } = which;
    let tags = scope.marked_tags(&scope.mark.at(stage));
    let Some(found) = look(scope, name).await? else {
        let description = format!("{} of {}/{}", capital(kind), scope.mark.store, scope.mark.application);
        let arn = secrets.create(name, &description, first, &tags).await?;
        return Ok(Held {
            arn,
            value: first.clone(),
        });
    };
    let mark = Mark::from_tags(&found.tags);
    let of_application = mark.as_ref().is_some_and(|mark| mark.same_application(scope.mark));
    // Restored by somebody who died before he could mark it as his.
    let parked = mark.as_ref().is_some_and(|mark| mark.stage == Stage::Parked);
    match found.deleted && of_application {
        true => secrets.restore(name).await?,
        false => scope.may_take(kind, name, mark)?,
    }
    let held = match found.deleted || parked {
        true => {
            secrets.put_value(name, first).await?;
            first.clone()
        }
        false => match optional(secrets.value(name).await)? {
            Some(value) => value.value,
            None => {
                secrets.put_value(name, first).await?;
                first.clone()
            }
        },
    };
    secrets.set_tags(name, &found.tags, &tags).await?;
    Ok(Held {
        arn: found.arn,
        value: held,
    })
}

/// Puts a value unless it is there already.
pub(in crate::edge_app) async fn put(scope: &Scope<'_>, held: &Held, value: &Secret) -> Result<(), Fault> {
    if held.value != *value {
        scope.aws.secretsmanager().put_value(&held.arn, value).await?;
    }
    Ok(())
}

/// Removes the secret, with the time to recover it that was asked for.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, name: &str, recovery_days: i64) -> Result<(), Fault> {
    let Some(found) = look(scope, name).await? else {
        return Ok(());
    };
    if found.deleted || !scope.owns(Mark::from_tags(&found.tags).as_ref()) {
        return Ok(());
    }
    let days = u8::try_from(recovery_days).unwrap_or(7);
    if days > 0 {
        // A secret that awaits its deletion takes no tags. Whoever restores it has to find it given up, not live.
        let parked = scope.marked_tags(&scope.mark.at(Stage::Parked));
        scope.aws.secretsmanager().set_tags(name, &found.tags, &parked).await?;
    }
    optional(scope.aws.secretsmanager().delete(name, days).await)?;
    Ok(())
}

/// Sets the stage of a secret's mark.
pub(in crate::edge_app) async fn set_stage(scope: &Scope<'_>, name: &str, stage: Stage) -> Result<(), Fault> {
    let Some(found) = look(scope, name).await? else {
        return Ok(());
    };
    let wanted: Tags = scope.marked_tags(&scope.mark.at(stage));
    Ok(scope.aws.secretsmanager().set_tags(name, &found.tags, &wanted).await?)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
