//! Names and ids, one type for each kind, checked where they are made.
//!
//! A value of one of these types satisfies its rule; code behind it does not ask again. The names of stores and
//! applications are short because the names of AWS objects derive from them.

use std::fmt;

use crate::encoding::is_base64url;

/// Why a text is not a name of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {kind}: {rule}")]
pub struct IdError {
    /// What it should have been, with its article: "a policy name".
    pub kind: &'static str,
    /// What was written.
    pub value: String,
    /// What such a name looks like.
    pub rule: &'static str,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $check:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the rule of this kind of name.
            ///
            /// # Errors
            /// With the rule, when the text does not follow it.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(IdError { kind: $kind, value: text.to_owned(), rule: $rule })
            }

            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    )+};
}

names! {
    /// Name of a session store, the stem of its AWS objects' names.
    StoreName, "a store name",
    "one to 24 lower-case letters, digits and single hyphens, a letter first, no hyphen last", stem;
    /// Name of an application, unique in its store, the stem of its AWS objects' names.
    ApplicationName, "an application name",
    "one to 24 lower-case letters, digits and single hyphens, a letter first, no hyphen last", stem;
    /// Name of an access policy.
    PolicyName, "a policy name",
    "one to 32 letters, digits, hyphens and underscores, a letter first",
    |text| (1..=32).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_alphabetic()) && is_base64url(text);
    /// Name of an atom: a policy, or one of its further parts, `<policy>/<number>`.
    AtomName, "the name of a policy's part",
    "a policy name, or one followed by a slash and a number from 1 to 999", atom_name;
    /// Name of a service token, as policies name it.
    ServiceTokenName, "the name of a service token", "one to 32 lower-case letters, digits and hyphens",
    |text| (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    /// Id of a service token: twelve characters of base64url.
    ServiceTokenId, "the id of a service token", "twelve characters of base64url",
    |text| text.len() == 12 && is_base64url(text);
    /// A country as CloudFront names it.
    Country, "a country code", "two capital letters, as in ISO 3166-1 alpha-2, for example \"DE\"",
    |text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    /// Id of a signing key, as it travels in the cookie.
    KeyId, "a key id", "one to eight lower-case letters and digits",
    |text| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    /// Id of the resource that set a block: eight characters of base64url.
    BlockId, "a block id", "eight characters of base64url", |text| text.len() == 8 && is_base64url(text);
    /// Random id of one instance of a store or application, carried by the marks of its AWS objects.
    InstanceId, "an instance id", "eight to 32 characters of base64url",
    |text| (8..=32).contains(&text.len()) && is_base64url(text);
    /// A fully qualified host name in lower case, without wildcard, port or trailing dot.
    HostName, "a host name",
    "a fully qualified DNS name in lower case, without scheme, port, wildcard or trailing dot", host_name;
    /// Issuer of an identity provider, exactly as its tokens name it.
    Issuer, "an issuer",
    "an https:// URL without user, query or fragment, at most 512 characters", issuer;
    /// Client id at the identity provider.
    ClientId, "a client id", "one to 256 printable ASCII characters without space", |text| graphic(text, 256);
    /// Name of a claim.
    ClaimName, "a claim name",
    "one to 128 printable ASCII characters without space, `;` and `=`",
    |text| graphic(text, 128) && !text.contains([';', '=']);
    /// An identity header that we set towards the origin.
    HeaderName, "an identity header",
    "`x-zt-` followed by one to 48 lower-case letters, digits and single hyphens; `x-zt-assertion` and `x-zt-reason` are taken",
    identity_header;
    /// Key of an origin in the application's own map of origins.
    OriginName, "an origin name", "one to 64 letters, digits, hyphens and underscores",
    |text| (1..=64).contains(&text.len()) && is_base64url(text);
    /// An HTTP method that CloudFront forwards.
    Method, "a method", "one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, in upper case",
    |text| ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&text);
}

impl AtomName {
    /// The atom that bears its policy's own name.
    #[must_use]
    pub fn of(policy: &PolicyName) -> Self {
        Self(policy.to_string())
    }

    /// A further atom of a policy, counted from 1.
    #[must_use]
    pub fn numbered(policy: &PolicyName, number: usize) -> Self {
        Self(format!("{policy}/{number}"))
    }
}

impl ServiceTokenId {
    /// From nine bytes of a cryptographic random source.
    #[must_use]
    pub fn from_random(bytes: [u8; 9]) -> Self {
        Self(crate::encoding::base64url(&bytes))
    }
}

fn atom_name(text: &str) -> bool {
    let (policy, number) = text
        .split_once('/')
        .map_or((text, "1"), |(policy, number)| (policy, number));
    let counts = number.len() <= 3
        && !number.starts_with('0')
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    counts && PolicyName::parse(policy).is_ok()
}

fn stem(text: &str) -> bool {
    (1..=24).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && words(text)
}

/// Lower-case letters and digits joined by single hyphens.
fn words(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

fn graphic(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let last_is_a_name = text
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
    text.len() <= 253 && text.contains('.') && text.split('.').all(label) && last_is_a_name
}

fn issuer(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    let port = authority.strip_prefix(host).unwrap_or_default();
    let port_is_right = port.is_empty()
        || port
            .strip_prefix(':')
            .and_then(|digits| digits.parse::<u16>().ok())
            .is_some_and(|number| number > 0);
    graphic(text, 512)
        && !text.contains(['?', '#', '@', '\\', '"', '<', '>'])
        && port_is_right
        && (host_name(&host.to_ascii_lowercase()) || host == "localhost" || is_ipv4(host))
}

fn is_ipv4(host: &str) -> bool {
    host.split('.').count() == 4
        && host
            .split('.')
            .all(|part| part.parse::<u8>().is_ok() && !part.starts_with('+'))
}

fn identity_header(text: &str) -> bool {
    text.strip_prefix("x-zt-")
        .is_some_and(|rest| rest.len() <= 48 && words(rest) && rest != "assertion" && rest != "reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T>(parse: fn(&str) -> Result<T, IdError>, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(parse(text).is_ok(), "{text:?} should be accepted");
        }
        for text in wrong {
            assert!(parse(text).is_err(), "{text:?} should be refused");
        }
    }

    #[test]
    fn names_of_stores_and_applications_make_names_of_aws_objects() {
        let long = "a".repeat(25);
        let wrong = [
            "", "1a", "-a", "a-", "a--b", "A", "a_b", "a.b", "a b", "ä", &long, "a\n",
        ];
        check(ApplicationName::parse, &["a", "members", "my-app-2"], &wrong);
        check(StoreName::parse, &["main", &"a".repeat(24)], &wrong);
    }

    #[test]
    fn policy_names_fit_the_audit_line() {
        check(
            PolicyName::parse,
            &["staff", "Admins_2", "a-b"],
            &["", "2a", "a b", "a.b", &"a".repeat(33)],
        );
    }

    #[test]
    fn parts_of_policies_are_numbered() {
        let wrong = [
            "",
            "staff/",
            "staff/0",
            "staff/01",
            "staff/1000",
            "staff/1/1",
            "/1",
            "2a/1",
            "staff/x",
        ];
        check(AtomName::parse, &["staff", "staff/1", "staff/999"], &wrong);
        let staff = PolicyName::parse("staff").unwrap();
        assert_eq!(AtomName::of(&staff).as_str(), "staff");
        assert_eq!(AtomName::numbered(&staff, 2).as_str(), "staff/2");
    }

    #[test]
    fn names_of_service_tokens_and_countries_fit_the_table() {
        check(
            ServiceTokenName::parse,
            &["ci", "0-1", &"a".repeat(32)],
            &["", "CI", "a_b", "a b", "ci\n", &"a".repeat(33)],
        );
        check(Country::parse, &["DE", "XK"], &["", "de", "D", "DEU", "D1", "ÄÖ"]);
    }

    #[test]
    fn key_ids_fit_the_cookie() {
        check(KeyId::parse, &["k", "k7q2", "12345678"], &["", "K", "123456789", "a-b"]);
    }

    #[test]
    fn hosts_are_fully_qualified_and_plain() {
        check(
            HostName::parse,
            &["app.example.com", "a.co", "d111.cloudfront.net", "x--1.example.com"],
            &[
                "",
                "localhost",
                "App.example.com",
                "*.example.com",
                "app.example.com.",
                "app.example.com:443",
                "https://app.example.com",
                "-a.example.com",
                "a..b",
                "127.0.0.1",
                "a b.com",
            ],
        );
    }

    #[test]
    fn issuers_are_https_urls() {
        check(
            Issuer::parse,
            &[
                "https://idp.example.com",
                "https://idp.example.com/",
                "https://login.microsoftonline.com/tenant/v2.0",
                "https://localhost:8443/realm",
                "https://127.0.0.1:9000",
            ],
            &[
                "",
                "http://idp.example.com",
                "https://",
                "https://u@idp.example.com",
                "https://idp.example.com?x=1",
                "https://idp.example.com#f",
                "https://idp.example.com:0",
                "https://idp.example.com:x",
                "HTTPS://idp.example.com",
                "https://idp.example.com/a b",
                "https:///path",
            ],
        );
    }

    #[test]
    fn claim_names_cannot_forge_the_mapping_text() {
        check(
            ClaimName::parse,
            &["sub", "cognito:groups", "https://example.com/claims/groups"],
            &["", "a;email", "a=b", "a b", "é"],
        );
    }

    #[test]
    fn identity_headers_are_among_those_that_are_stripped() {
        check(
            HeaderName::parse,
            &["x-zt-email", "x-zt-a-1"],
            &[
                "",
                "x-zt-",
                "X-Zt-Email",
                "x-edge-user",
                "email",
                "x-zt-a_b",
                "x-zt-assertion",
                "x-zt-reason",
                "x-zt--a",
            ],
        );
    }

    #[test]
    fn methods_are_those_of_cloudfront() {
        check(
            Method::parse,
            &["GET", "PATCH"],
            &["", "get", "TRACE", "CONNECT", "PROPFIND"],
        );
    }
}
