//! The discovery document, checked.

use serde::Deserialize;

use super::DiscoveryError;

/// The part of OpenID Provider Metadata that a login needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// Where logins start.
    pub(crate) authorization: String,
    /// Where codes are redeemed.
    pub(crate) token: String,
    /// Where the keys are.
    pub(crate) jwks: String,
    /// Where logouts go on.
    pub(crate) end_session: Option<String>,
    /// Where tokens are revoked.
    pub(crate) revocation: Option<String>,
    /// Whether answers name their issuer (RFC 9207).
    pub(crate) issuer_in_response: bool,
    /// Ways of client authentication at the token endpoint.
    pub(crate) authentication: Vec<String>,
    /// Algorithms of ID tokens, when the provider lists them.
    pub(crate) algorithms: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Raw {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_uri: Option<String>,
    end_session_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    response_types_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
}

impl Document {
    /// Reads and checks the document of an issuer.
    pub(crate) fn read(issuer: &str, body: &[u8]) -> Result<Self, DiscoveryError> {
        let unusable = |reason: String| DiscoveryError::Unusable {
            issuer: issuer.to_owned(),
            reason,
        };
        let raw: Raw = serde_json::from_slice(body).map_err(|error| {
            unusable(format!(
                "it is not a JSON object with an issuer (line {})",
                error.line()
            ))
        })?;
        if raw.issuer != issuer {
            return Err(DiscoveryError::OtherIssuer {
                asked: issuer.to_owned(),
                found: raw.issuer,
            });
        }
        let endpoint = |name: &str, value: Option<String>| match value {
            Some(url) if url.starts_with("https://") => Ok(url),
            Some(_) => Err(unusable(format!("its {name} is not https"))),
            None => Err(unusable(format!("it has no {name}"))),
        };
        let lacks = |offered: &Option<Vec<String>>, wanted: &str| {
            offered
                .as_ref()
                .is_some_and(|offered| !offered.iter().any(|one| one == wanted))
        };
        if lacks(&raw.response_types_supported, "code") {
            return Err(unusable("the provider does not offer the code flow".to_owned()));
        }
        if lacks(&raw.code_challenge_methods_supported, "S256") {
            return Err(unusable("the provider does not offer PKCE with S256".to_owned()));
        }
        let possible = |name: &str, value: Option<String>| match value {
            None => Ok(None),
            given => endpoint(name, given).map(Some),
        };
        Ok(Self {
            authorization: endpoint("authorization_endpoint", raw.authorization_endpoint)?,
            token: endpoint("token_endpoint", raw.token_endpoint)?,
            jwks: endpoint("jwks_uri", raw.jwks_uri)?,
            end_session: possible("end_session_endpoint", raw.end_session_endpoint)?,
            revocation: possible("revocation_endpoint", raw.revocation_endpoint)?,
            issuer_in_response: raw.authorization_response_iss_parameter_supported,
            // OpenID Connect Discovery 1.0, section 3: the default is client_secret_basic.
            authentication: raw
                .token_endpoint_auth_methods_supported
                .unwrap_or_else(|| vec!["client_secret_basic".to_owned()]),
            algorithms: raw.id_token_signing_alg_values_supported,
        })
    }

    /// The way in which a client with a secret should prove itself.
    pub(crate) fn best_authentication(&self) -> Option<&'static str> {
        ["client_secret_basic", "client_secret_post"]
            .into_iter()
            .find(|way| self.authentication.iter().any(|offered| offered == way))
    }

    /// The first wanted algorithm that the provider does not list.
    pub(crate) fn missing_algorithms(&self, wanted: &[String]) -> bool {
        self.algorithms
            .as_ref()
            .is_some_and(|offered| !wanted.iter().any(|one| offered.contains(one)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ISSUER: &str = "https://idp.example.com";

    fn right() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://idp.example.com/auth",
            "token_endpoint": "https://idp.example.com/token",
            "jwks_uri": "https://keys.example.com/jwks",
        })
    }

    fn read(change: impl FnOnce(&mut Value)) -> Result<Document, DiscoveryError> {
        let mut document = right();
        change(&mut document);
        Document::read(ISSUER, document.to_string().as_bytes())
    }

    #[test]
    fn a_minimal_document_has_the_defaults_of_the_specification() {
        let document = read(|_| {}).unwrap();
        assert_eq!(document.jwks, "https://keys.example.com/jwks");
        assert_eq!(document.end_session, None);
        assert!(!document.issuer_in_response);
        assert_eq!(document.best_authentication(), Some("client_secret_basic"));
        assert!(!document.missing_algorithms(&["RS256".to_owned()]));
    }

    #[test]
    fn another_issuer_is_told_apart_from_a_useless_document() {
        let other = read(|document| document["issuer"] = json!("https://idp.example.com/")).unwrap_err();
        assert!(matches!(other, DiscoveryError::OtherIssuer { .. }));
        for (change, word) in [
            (json!({"token_endpoint": null}), "token_endpoint"),
            (json!({"jwks_uri": "http://idp.example.com/jwks"}), "not https"),
            (
                json!({"end_session_endpoint": "http://idp.example.com/out"}),
                "not https",
            ),
            (json!({"code_challenge_methods_supported": ["plain"]}), "PKCE"),
            (json!({"response_types_supported": ["id_token"]}), "code flow"),
        ] {
            let error = read(|document| {
                for (name, value) in change.as_object().unwrap() {
                    document[name] = value.clone();
                }
            })
            .unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
            assert!(!error.is_unreachable());
        }
        assert!(Document::read(ISSUER, b"<html>").is_err());
    }

    #[test]
    fn algorithms_and_authentication_follow_the_offer() {
        let document = read(|document| {
            document["id_token_signing_alg_values_supported"] = json!(["ES256"]);
            document["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt", "client_secret_post"]);
        })
        .unwrap();
        assert!(document.missing_algorithms(&["RS256".to_owned()]));
        assert_eq!(document.best_authentication(), Some("client_secret_post"));
    }
}
