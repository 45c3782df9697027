//! Which token is meant: the parts that never change, and the names that follow from them.

use zt_framework::{Diagnostic, Path, Value};
use zt_model::ids::{ApplicationName, ServiceTokenId, ServiceTokenName, StoreName};
use zt_model::store::service_token_key;

/// A token of an application of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) store: StoreName,
    pub(super) application: ApplicationName,
    pub(super) name: ServiceTokenName,
}

impl Names {
    /// Reads a wholly known plan or state.
    pub(super) fn read(object: &Value) -> Result<Self, Diagnostic> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let wrong = |path: Path, error: String| {
            Diagnostic::error("The service token cannot be named", format!("{error}.")).at(path)
        };
        let root = Path::root();
        Ok(Self {
            store: StoreName::parse(&text(object.get("session_store").get("name")))
                .map_err(|error| wrong(root.attribute("session_store").attribute("name"), error.to_string()))?,
            application: ApplicationName::parse(&text(object.get("application")))
                .map_err(|error| wrong(root.attribute("application"), error.to_string()))?,
            name: ServiceTokenName::parse(&text(object.get("name")))
                .map_err(|error| wrong(root.attribute("name"), error.to_string()))?,
        })
    }

    /// Reads `store/application/name`, or the ARN of the secret.
    pub(super) fn parse(id: &str) -> Option<Self> {
        let id = id.trim();
        if let Some((_, secret)) = id.strip_prefix("arn:").and_then(|arn| arn.split_once(":secret:")) {
            // AWS adds a hyphen and six characters of its own.
            let (name, random) = secret.rsplit_once('-')?;
            let mut parts = name.strip_prefix("zt/")?.split('/');
            let (store, application) = (parts.next()?, parts.next()?);
            let is_token = parts.next() == Some("token") && random.len() == 6;
            let name = parts.next().filter(|_| is_token && parts.next().is_none())?;
            return Self::of(store, application, name);
        }
        let mut parts = id.split('/');
        let (store, application, name) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then(|| Self::of(store, application, name))?
    }

    /// The token that an identity means.
    pub(super) fn identified(identity: &Value) -> Option<Self> {
        let part = |name: &str| identity.get(name).as_str();
        Self::of(part("store")?, part("application")?, part("name")?)
    }

    fn of(store: &str, application: &str, name: &str) -> Option<Self> {
        Some(Self {
            store: StoreName::parse(store).ok()?,
            application: ApplicationName::parse(application).ok()?,
            name: ServiceTokenName::parse(name).ok()?,
        })
    }

    /// Name of the secret.
    pub(super) fn secret(&self) -> String {
        format!("zt/{}/{}/token/{}", self.store, self.application, self.name)
    }

    /// Key of the document.
    pub(super) fn key(&self, id: &ServiceTokenId) -> String {
        service_token_key(&self.application, id)
    }

    /// What one imports it by.
    pub(super) fn import_id(&self) -> String {
        format!("{}/{}/{}", self.store, self.application, self.name)
    }

    /// The identity.
    pub(super) fn identity(&self) -> Value {
        Value::object([
            ("store", self.store.as_str().into()),
            ("application", self.application.as_str().into()),
            ("name", self.name.as_str().into()),
        ])
    }

    /// The answer when there is such a token that this apply did not begin.
    pub(super) fn exists(&self) -> Diagnostic {
        Diagnostic::error(
            format!("Service token {} of {} exists already", self.name, self.application),
            format!(
                "The secret {:?} is there and complete, being made by this very apply for another resource, or not \
                 ours. An application has one token of a name. If it should be managed here, import it:\n\n  import {{\n    to = \
                 zt_service_token.<name>\n    id = {:?}\n  }}\n\nOtherwise choose another name.",
                self.secret(),
                self.import_id(),
            ),
        )
        .at(Path::root().attribute("name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_and_arns_lead_to_the_names() {
        let names = Names::of("main", "members", "ci-2").unwrap();
        let arn = format!(
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:{}-AbCd12",
            names.secret()
        );
        for id in [names.import_id(), arn, " main/members/ci-2\n".to_owned()] {
            assert_eq!(Names::parse(&id), Some(names.clone()), "{id}");
        }
        assert_eq!(Names::identified(&names.identity()), Some(names));
    }

    #[test]
    fn what_is_no_import_id_is_refused() {
        for wrong in [
            "",
            "ci",
            "members/ci",
            "main/members/ci/",
            "main/members/CI",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/keys-AbCd12",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/token/ci",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/token/ci/more-AbCd12",
        ] {
            assert_eq!(Names::parse(wrong), None, "{wrong}");
        }
    }
}
