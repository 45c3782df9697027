//! What revocations need to know of a store and what does not change under them: the pepper, and how long entries live.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use zt_aws::Aws;
use zt_framework::{Diagnostic, Value};
use zt_model::duration::Duration;
use zt_model::session::Pepper;
use zt_model::store::{STORE_KEY, StoreDocument};

use crate::failure::diagnostic;

/// The facts of one store.
#[derive(Clone)]
pub(crate) struct Facts {
    pub(crate) pepper: Pepper,
    /// Entries are kept as long as the longest session that could need them.
    pub(crate) longest: Duration,
}

/// Facts by ARN of the store, read once a process.
#[derive(Default)]
pub(crate) struct StoreFacts(Mutex<HashMap<String, Facts>>);

impl StoreFacts {
    /// The facts of the store that a `session_store` value names.
    pub(crate) async fn of(&self, aws: &Aws, session_store: &Value) -> Result<Facts, Diagnostic> {
        let text = |name: &str| session_store.get(name).as_str().unwrap_or_default().to_owned();
        let configured: Duration = text("max_session_lifetime")
            .parse()
            .unwrap_or(Duration::from_seconds(0));
        let arn = text("arn");
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&arn).cloned();
        let facts = match known {
            Some(facts) => facts,
            None => {
                let facts = read(aws, &arn, &text("pepper_secret_arn")).await?;
                self.0
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(arn, facts.clone());
                facts
            }
        };
        Ok(Facts {
            longest: facts.longest.max(configured),
            ..facts
        })
    }
}

async fn read(aws: &Aws, arn: &str, secret: &str) -> Result<Facts, Diagnostic> {
    let value = aws
        .secretsmanager()
        .value(secret)
        .await
        .map_err(|error| diagnostic(&error))?;
    let pepper = Pepper::from_document(value.value.expose()).ok_or_else(|| unreadable(secret))?;
    let text = aws
        .keyvalue(arn)
        .get(STORE_KEY)
        .await
        .map_err(|error| diagnostic(&error))?;
    let document = text
        .and_then(|text| StoreDocument::parse(&text).ok())
        .ok_or_else(|| unreadable(arn))?;
    Ok(Facts {
        pepper,
        longest: document.longest,
    })
}

fn unreadable(object: &str) -> Diagnostic {
    Diagnostic::error(
        "The session store is not in order",
        format!(
            "{object} does not hold what a session store holds there. Apply its zt_session_store, which repairs it."
        ),
    )
}
