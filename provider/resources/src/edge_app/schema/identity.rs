//! Attributes about who logs users in and how long that holds.

use super::rules;
use zt_framework::{Attribute, Type};

pub(super) fn identity_provider() -> Attribute {
    let mut attributes = client();
    attributes.extend(protocol());
    attributes.push(
        Attribute::single(
            "endpoints",
            "Endpoints to use instead of the discovered ones. With `authorization`, `token` and `jwks` given, no \
             discovery takes place.",
            endpoints(|attribute| attribute.optional().validate(rules::endpoint)),
        )
        .optional(),
    );
    attributes.push(claims());
    Attribute::single(
        "identity_provider",
        "The OpenID Connect provider that logs users in.",
        attributes,
    )
    .required()
}

fn client() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "issuer",
            "Issuer URL, exactly as the provider writes it into its tokens; https.",
        )
        .required()
        .validate(rules::issuer),
        Attribute::string("client_id", "Client id of the application at the provider.")
            .required()
            .validate(rules::client_id),
        Attribute::string(
            "client_secret_arn",
            "ARN of a Secrets Manager secret that holds the client secret, as plain text or as JSON with a member \
             `client_secret`. Without a secret the application is a public client with PKCE.",
        )
        .optional(),
        Attribute::string(
            "client_secret_wo",
            "The client secret. It is written to Secrets Manager and never stored in state or plan. Needs a CLI \
             with write-only attributes; otherwise use `client_secret_arn`.",
        )
        .optional()
        .sensitive()
        .write_only(),
        Attribute::number(
            "client_secret_wo_version",
            "Raise it to have a changed `client_secret_wo` written.",
        )
        .optional(),
    ]
}

fn protocol() -> Vec<Attribute> {
    vec![
        Attribute::bool(
            "auth_time_optional",
            "Whether ID tokens may leave out `auth_time`. Every login asks for it, and without it a sign-out does not reach \
             a session that the provider itself keeps. With Entra ID add the optional claim instead. Default `false`.",
        )
        .default(false),
        Attribute::string(
            "client_authentication",
            "How the auth function proves itself at the token endpoint: `none`, `client_secret_basic` or \
             `client_secret_post`. Default: what the provider offers, `none` without a secret.",
        )
        .optional()
        .computed()
        .keep_prior()
        .validate(rules::one_of(&["none", "client_secret_basic", "client_secret_post"])),
        Attribute::list_of(
            "scopes",
            Type::String,
            "Scopes to ask for. Default `openid profile email`.",
        )
        .default(vec!["openid", "profile", "email"])
        .validate(rules::scopes),
        Attribute::list_of(
            "signing_algorithms",
            Type::String,
            "Algorithms with which ID tokens may be signed. Default `RS256`.",
        )
        .default(vec!["RS256"])
        .validate(rules::algorithms),
    ]
}

/// The four endpoints, given or found; `finish` sets who writes them.
pub(super) fn endpoints(finish: impl Fn(Attribute) -> Attribute) -> Vec<Attribute> {
    [
        ("authorization", "Authorization endpoint."),
        ("token", "Token endpoint."),
        ("jwks", "Address of the provider's keys."),
        ("end_session", "End-session endpoint, to which a logout goes on."),
    ]
    .into_iter()
    .map(|(name, description)| finish(Attribute::string(name, description)))
    .collect()
}

fn claims() -> Attribute {
    let claim = |name, default: &'static str, what: &str| {
        Attribute::string(
            name,
            format!("Claim of the ID token that holds {what}. Default `{default}`."),
        )
        .default(default)
        .validate(rules::claim_name)
    };
    Attribute::single(
        "claims",
        "Names of the claims that are read from the ID token.",
        [
            claim("user", "sub", "the user's identity"),
            claim(
                "email",
                "email",
                "the e-mail address; used only when the provider says it is verified",
            ),
            claim("groups", "groups", "the groups, an array of strings"),
            claim("roles", "roles", "the roles, an array of strings"),
            claim("session", "sid", "the provider's own session id"),
        ],
    )
    .optional()
}

pub(super) fn session() -> Attribute {
    Attribute::single(
        "session",
        "How long a session holds.",
        [
            Attribute::string(
                "lifetime",
                "Lifetime of a session cookie, such as `1h` (the default). At most the store's \
                 `max_session_lifetime`.",
            )
            .default("1h")
            .validate(rules::duration),
            Attribute::string(
                "absolute_lifetime",
                "Time after which the user logs in again whatever happens, such as `12h` (the default).",
            )
            .default("12h")
            .validate(rules::duration),
        ],
    )
    .optional()
}
