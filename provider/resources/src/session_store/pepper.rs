//! The pepper of a store: the first object made, the last one removed, and the anchor of the store's mark.

use zt_aws::error::optional;
use zt_aws::secretsmanager::{SecretDescription, SecretsManager};
use zt_aws::{Aws, Secret, Tags};
use zt_framework::Diagnostic;
use zt_model::ids::{InstanceId, StoreName};
use zt_model::secret::SecretBytes;
use zt_model::session::Pepper;

use super::mark::StoreMark;
use crate::failure::diagnostic;
use crate::random;

/// Name of the secret.
pub(super) fn secret_name(store: &StoreName) -> String {
    format!("zt/{store}/pepper")
}

/// The pepper's secret with the mark of the create under way.
pub(super) struct Anchor {
    pub(super) arn: String,
    pub(super) mark: StoreMark,
    pub(super) tags: Tags,
}

/// Makes the secret, or takes over what an unfinished create or an earlier destroy of this store left.
pub(super) async fn ensure(aws: &Aws, store: &StoreName, tags: &Tags) -> Result<Anchor, Diagnostic> {
    let secrets = aws.secretsmanager();
    let name = secret_name(store);
    match optional(secrets.describe(&name).await).map_err(|error| diagnostic(&error))? {
        None => create(&secrets, store, tags).await,
        Some(found) => take_over(aws, store, tags, found).await,
    }
}

async fn create(secrets: &SecretsManager, store: &StoreName, tags: &Tags) -> Result<Anchor, Diagnostic> {
    let mark = fresh_mark(store)?;
    let tags: Tags = tags.clone().into_iter().chain(mark.tags()).collect();
    let description = format!("Pepper of the zt session store {store}.");
    let arn = secrets
        .create(&secret_name(store), &description, &fresh_value()?, &tags)
        .await;
    Ok(Anchor {
        arn: arn.map_err(|error| diagnostic(&error))?,
        mark,
        tags,
    })
}

async fn take_over(aws: &Aws, store: &StoreName, tags: &Tags, found: SecretDescription) -> Result<Anchor, Diagnostic> {
    let ours = StoreMark::from_tags(&found.tags).filter(|mark| mark.store == *store);
    let Some(mark) = ours else {
        return Err(super::exists(store, &format!("the secret {}", found.name)));
    };
    if mark.creating && !found.deleted {
        return Ok(Anchor {
            arn: found.arn,
            mark,
            tags: found.tags,
        });
    }
    if !found.deleted && store_is_there(aws, store).await? {
        return Err(super::exists(store, &format!("the secret {}", found.name)));
    }
    // The store went and its pepper is deleted or was left behind: a new value, under a new instance. The mark goes
    // first, so that a create that is interrupted here is taken up again.
    let secrets = aws.secretsmanager();
    if found.deleted {
        secrets.restore(&found.arn).await.map_err(|error| diagnostic(&error))?;
    }
    let mark = fresh_mark(store)?;
    let wanted: Tags = tags.clone().into_iter().chain(mark.tags()).collect();
    secrets
        .set_tags(&found.arn, &found.tags, &wanted)
        .await
        .map_err(|error| diagnostic(&error))?;
    secrets
        .put_value(&found.arn, &fresh_value()?)
        .await
        .map_err(|error| diagnostic(&error))?;
    Ok(Anchor {
        arn: found.arn,
        mark,
        tags: wanted,
    })
}

async fn store_is_there(aws: &Aws, store: &StoreName) -> Result<bool, Diagnostic> {
    let found = optional(
        aws.cloudfront()
            .describe_store(&super::key_value_store_name(store))
            .await,
    );
    Ok(found.map_err(|error| diagnostic(&error))?.is_some())
}

fn fresh_mark(store: &StoreName) -> Result<StoreMark, Diagnostic> {
    let instance = InstanceId::parse(&random::id()?)
        .map_err(|error| Diagnostic::error("An instance id cannot be made", error.to_string()))?;
    Ok(StoreMark {
        store: store.clone(),
        instance,
        creating: true,
    })
}

fn fresh_value() -> Result<Secret, Diagnostic> {
    let pepper = Pepper::new(SecretBytes::new(random::bytes::<32>()?.to_vec()));
    let pepper = pepper.ok_or_else(|| Diagnostic::error("A pepper cannot be made", "It must be 32 bytes long."))?;
    Ok(Secret::new(pepper.document().expose()))
}
