//! The secret of a token in Secrets Manager: made first, removed last, and the bearer of the mark.
//!
//! Its mark says whose it is and how far its create came. Create takes over what an unfinished create, or a destroy,
//! left of the same token, always under the same id: so no document of a former life is left in the store.

use zt_aws::error::{ErrorKind, optional};
use zt_aws::secretsmanager::SecretDescription;
use zt_aws::{Aws, Secret, Tags};
use zt_framework::Diagnostic;
use zt_model::ids::ServiceTokenId;

use super::content::Content;
use super::names::Names;
use crate::failure::diagnostic;
use crate::marks::{Mark, Stage};
use crate::{random, tagging};

/// The tag that tells a token from other secrets of its application.
const TOKEN: &str = "zt:service-token";

/// The secret as it stands.
pub(super) struct Anchor {
    pub(super) arn: String,
    pub(super) id: ServiceTokenId,
    pub(super) stage: Stage,
    pub(super) tags: Tags,
    /// Whether it awaits its deletion.
    pub(super) deleted: bool,
}

/// A place where a secret may be.
pub(super) enum Found {
    Nothing,
    Ours(Anchor),
    /// Somebody else's, or of another token.
    Foreign,
}

impl Anchor {
    /// Whether a create may take it over: nobody's state knows it.
    pub(super) fn is_up_for_taking(&self) -> bool {
        self.deleted || matches!(self.stage, Stage::Creating | Stage::Parked)
    }

    /// The same once it no longer awaits its deletion.
    pub(super) fn restored(self) -> Self {
        Self { deleted: false, ..self }
    }

    /// The tags that users manage.
    pub(super) fn own_tags(&self) -> Tags {
        tagging::without_marks(&self.tags)
    }
}

/// An id for a new token.
pub(super) fn fresh_id() -> Result<ServiceTokenId, Diagnostic> {
    random::bytes::<9>().map(ServiceTokenId::from_random)
}

/// Looks where the secret of this token is.
pub(super) async fn look(aws: &Aws, names: &Names) -> Result<Found, Diagnostic> {
    let found = optional(aws.secretsmanager().describe(&names.secret()).await).map_err(|error| diagnostic(&error))?;
    Ok(match found {
        None => Found::Nothing,
        Some(found) => recognise(names, found).map_or(Found::Foreign, Found::Ours),
    })
}

fn recognise(names: &Names, found: SecretDescription) -> Option<Anchor> {
    let mark = Mark::from_tags(&found.tags)?;
    let named = found.tags.get(TOKEN).is_some_and(|name| name == names.name.as_str());
    let ours = named && mark.store == names.store.as_str() && mark.application == names.application.as_str();
    ours.then_some(())?;
    Some(Anchor {
        id: ServiceTokenId::parse(&mark.instance).ok()?,
        arn: found.arn,
        stage: mark.stage,
        tags: found.tags,
        deleted: found.deleted,
    })
}

/// What it holds; none when there is nothing or nothing that can be read.
pub(super) async fn content(
    aws: &Aws,
    anchor: &Anchor,
    names: &Names,
) -> Result<Option<(Content, Secret)>, Diagnostic> {
    if anchor.deleted {
        return Ok(None);
    }
    let text = match optional(aws.secretsmanager().value(&anchor.arn).await) {
        Ok(value) => value.map(|value| value.value),
        // It awaits its deletion since the look.
        Err(error) if error.kind() == ErrorKind::Invalid => None,
        Err(error) => return Err(diagnostic(&error)),
    };
    Ok(text.and_then(|text| {
        let content = Content::parse(&text).filter(|content| content.is_of(names, &anchor.id))?;
        Some((content, text))
    }))
}

/// Makes the secret, marked as being made.
pub(super) async fn create(aws: &Aws, names: &Names, content: &Content, tags: &Tags) -> Result<Anchor, Diagnostic> {
    let tags = marked(names, (&content.id, Stage::Creating), tags);
    let description = format!("Service token {} of {}/{}", names.name, names.store, names.application);
    let made = aws
        .secretsmanager()
        .create(&names.secret(), &description, &content.text(), &tags)
        .await;
    let arn = made.map_err(|error| match error.kind() {
        ErrorKind::Exists => names.exists(),
        _ => diagnostic(&error),
    })?;
    Ok(Anchor {
        arn,
        id: content.id.clone(),
        stage: Stage::Creating,
        tags,
        deleted: false,
    })
}

/// Puts a content into a secret that is there, restored first where it awaits its deletion.
pub(super) async fn put(aws: &Aws, anchor: &Anchor, content: &Content) -> Result<(), Diagnostic> {
    restore(aws, anchor).await?;
    let put = aws.secretsmanager().put_value(&anchor.arn, &content.text()).await;
    put.map(drop).map_err(|error| diagnostic(&error))
}

/// Takes it back where it awaits its deletion.
pub(super) async fn restore(aws: &Aws, anchor: &Anchor) -> Result<(), Diagnostic> {
    match anchor.deleted {
        true => aws
            .secretsmanager()
            .restore(&anchor.arn)
            .await
            .map_err(|error| diagnostic(&error)),
        false => Ok(()),
    }
}

/// Sets the user's tags and the stage.
pub(super) async fn mark(
    aws: &Aws,
    anchor: Anchor,
    (names, stage): (&Names, Stage),
    tags: &Tags,
) -> Result<Anchor, Diagnostic> {
    let wanted = marked(names, (&anchor.id, stage), tags);
    let set = aws.secretsmanager().set_tags(&anchor.arn, &anchor.tags, &wanted).await;
    set.map_err(|error| diagnostic(&error))?;
    Ok(Anchor {
        stage,
        tags: wanted,
        deleted: false,
        ..anchor
    })
}

/// Removes it, with the time to recover it that was asked for.
pub(super) async fn remove(aws: &Aws, anchor: Anchor, names: &Names, recovery_days: i64) -> Result<(), Diagnostic> {
    let days = u8::try_from(recovery_days).unwrap_or(7);
    let (arn, tags) = (anchor.arn.clone(), anchor.own_tags());
    if days > 0 {
        // A secret that awaits its deletion takes no tags. Whoever restores it has to find it given up, not live.
        mark(aws, anchor, (names, Stage::Parked), &tags).await?;
    }
    let deleted = optional(aws.secretsmanager().delete(&arn, days).await);
    deleted.map(drop).map_err(|error| diagnostic(&error))
}

fn marked(names: &Names, (id, stage): (&ServiceTokenId, Stage), tags: &Tags) -> Tags {
    let mark = Mark {
        application: names.application.as_str().to_owned(),
        store: names.store.as_str().to_owned(),
        instance: id.as_str().to_owned(),
        stage,
    };
    let name = (TOKEN.to_owned(), names.name.as_str().to_owned());
    tags.clone().into_iter().chain(mark.tags()).chain([name]).collect()
}
