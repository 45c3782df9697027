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
        Some(found) => take_over(&secrets, store, tags, found).await,
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

async fn take_over(
    secrets: &SecretsManager,
    store: &StoreName,
    tags: &Tags,
    found: SecretDescription,
) -> Result<Anchor, Diagnostic> {
    let ours = StoreMark::from_tags(&found.tags).filter(|mark| mark.store == *store);
    match ours {
        Some(mark) if mark.creating && !found.deleted => Ok(Anchor {
            arn: found.arn,
            mark,
            tags: found.tags,
        }),
        Some(_) if found.deleted => {
            // The old pepper went with the old store: a new value, under a new instance.
            let mark = fresh_mark(store)?;
            let wanted: Tags = tags.clone().into_iter().chain(mark.tags()).collect();
            secrets.restore(&found.arn).await.map_err(|error| diagnostic(&error))?;
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
        _ => Err(super::exists(store, &format!("the secret {}", found.name))),
    }
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
