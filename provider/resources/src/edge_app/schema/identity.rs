//! Attributes about who logs users in and how long that holds.

use super::{features, rules};
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
    attributes.extend(enterprise());
    attributes.push(claims_hook());
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
             `client_secret`; for `private_key_jwt` the private key (PKCS #8 PEM), or JSON with `private_key` and `kid`. \
             Without a secret the application is a public client with PKCE.",
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
            "How the auth function proves itself at the token endpoint: `none`, `client_secret_basic`, \
             `client_secret_post`, `private_key_jwt` (an assertion signed with a key of its own) or `federated` (a token of AWS \
             STS as assertion, so that no secret exists; see `federation`). Default: what the provider offers, `none` without \
             a secret.",
        )
        .optional()
        .computed()
        .keep_prior()
        .validate(rules::one_of(&[
            "none",
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "federated",
        ])),
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

/// What larger directories need.
fn enterprise() -> Vec<Attribute> {
    vec![
        Attribute::single(
            "federation",
            "How the token of AWS STS is asked for that proves the application, with `client_authentication = \
             \"federated\"`. The account needs outbound web identity federation; the provider a federated credential for \
             the account's issuer and the role of the auth function (`role_arn`).",
            [
                Attribute::string(
                    "audience",
                    "Audience of the token, for Entra ID `api://AzureADTokenExchange`.",
                )
                .required()
                .validate(features::printable),
                Attribute::string(
                    "algorithm",
                    "Signature algorithm: `RS256` (the default) or `ES384`.",
                )
                .default("RS256")
                .validate(rules::one_of(&["RS256", "ES384"])),
                Attribute::string("region", "Region of STS. Default `us-east-1`.")
                    .default("us-east-1")
                    .validate(features::region),
            ],
        )
        .optional(),
        Attribute::list_of(
            "tenants",
            Type::String,
            "Ids of the Entra ID tenants whose users may log in. `issuer` then holds `{tenantid}` where the tenant's id \
             stands, and `claims.user` should be `oid`. Users of any other tenant are refused.",
        )
        .optional()
        .validate_each(features::tenant),
        Attribute::string(
            "group_overage_endpoint",
            "Address that lists a user's groups when they do not fit into the ID token (Entra ID, above 200), asked with \
             the user's access token: `https://graph.microsoft.com/v1.0/me/getMemberObjects`. Without it such a user has \
             no groups, and is refused where a policy looks at them.",
        )
        .optional()
        .validate(rules::endpoint),
        Attribute::bool(
            "back_channel_logout",
            "Whether `<auth_prefix>/backchannel-logout` takes logouts that the provider sends (OpenID Connect Back-Channel \
             Logout). Needs a session store with a queue. Default `false`.",
        )
        .default(false),
    ]
}

fn claims_hook() -> Attribute {
    Attribute::single(
        "claims_hook",
        "An address of yours that may add claims at each login and refresh, before policies are evaluated. Whatever \
         does not answer properly in time ends the login.",
        [
            Attribute::string("url", "Address, https.")
                .required()
                .validate(rules::endpoint),
            Attribute::string(
                "secret_arn",
                "ARN of the Secrets Manager secret with the key that signs the requests.",
            )
            .required()
            .validate(features::secret_arn),
            Attribute::number("timeout_ms", "Milliseconds to wait, 100 to 5000. Default 1500.")
                .default(1500)
                .validate(features::hook_timeout),
        ],
    )
    .optional()
}

/// The five endpoints, given or found; `finish` sets who writes them.
pub(super) fn endpoints(finish: impl Fn(Attribute) -> Attribute) -> Vec<Attribute> {
    [
        ("authorization", "Authorization endpoint."),
        ("token", "Token endpoint."),
        ("jwks", "Address of the provider's keys."),
        ("end_session", "End-session endpoint, to which a logout goes on."),
        ("revocation", "Endpoint that revokes tokens (RFC 7009)."),
    ]
    .into_iter()
    .map(|(name, description)| finish(Attribute::string(name, description)))
    .collect()
}

pub(in crate::edge_app) fn claims() -> Attribute {
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
            Attribute::bool(
                "refresh",
                "Whether sessions are renewed with a refresh token instead of a visit to the provider, with claims and \
                 policies evaluated afresh. Most providers need the scope `offline_access` for it. Default `false`.",
            )
            .default(false),
        ],
    )
    .optional()
}
