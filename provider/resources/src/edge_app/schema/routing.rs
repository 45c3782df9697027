//! Attributes about policies, routes, origins and headers.

use super::rules;
use zt_framework::{Attribute, Type};

pub(super) fn attributes() -> Vec<Attribute> {
    vec![
        policies(),
        routes(),
        origins(),
        Attribute::string(
            "default_origin",
            "Name of the origin of routes that name none; required when there are several origins.",
        )
        .optional(),
        Attribute::map_of(
            "identity_headers",
            Type::String,
            "Headers towards the origin, each with the claim it carries, such as `{ \"x-user-email\" = \"email\" }`. \
             They are removed from what viewers send.",
        )
        .optional()
        .validate(rules::identity_headers),
        response_headers(),
    ]
}

pub(in crate::edge_app) fn policies() -> Attribute {
    let selectors = |name, description| Attribute::list(name, description, selector()).optional();
    Attribute::map(
        "policies",
        "Access policies by name: a policy is met when all of `require`, at least one of `any` and none of `none` hold. \
         What selectors say of users is evaluated at login, what they say of the request, the login and service tokens on \
         every request; editing a policy publishes no new auth function.",
        [
            selectors("require", "Selectors that must all hold."),
            selectors("any", "Selectors of which at least one must hold."),
            selectors(
                "none",
                "Selectors of which none may hold; what cannot be decided, such as a missing claim, counts as a refusal.",
            ),
        ],
    )
    .optional()
}

pub(in crate::edge_app) fn selector() -> Vec<Attribute> {
    of_users().into_iter().chain(of_requests()).collect()
}

fn list_of_texts(name: &'static str, description: &'static str) -> Attribute {
    Attribute::list_of(name, Type::String, description).optional()
}

/// What a selector says of a user, evaluated at login.
fn of_users() -> Vec<Attribute> {
    let list = list_of_texts;
    vec![
        list("groups", "Groups, any of which suffices."),
        list("roles", "Roles, any of which suffices."),
        list(
            "emails",
            "E-mail addresses, any of which suffices; verified addresses only.",
        ),
        list(
            "email_domains",
            "Domains of verified e-mail addresses, any of which suffices.",
        ),
        list("users", "Values of the user claim, any of which suffices."),
        Attribute::map_of(
            "claims",
            Type::List(Box::new(Type::String)),
            "Claims with their accepted values: every named claim must hold one of its values.",
        )
        .optional(),
        Attribute::bool("authenticated", "`true`: anybody who is logged in.").optional(),
    ]
}

/// What a selector says of the request, of the way of the login, and of machines, decided on every request.
fn of_requests() -> Vec<Attribute> {
    let list = list_of_texts;
    vec![
        list(
            "countries",
            "Countries of the viewer as CloudFront tells them, ISO 3166-1 alpha-2 such as `DE`, any of which suffices. \
             For the edge to know the country CloudFront has to forward it, to custom origins only together with the viewer's \
             Host header: where a policy in use names countries, every custom origin of the application is asked by the domain \
             name in the browser instead of its own.",
        ),
        list(
            "ips",
            "Ranges of addresses in CIDR notation, IPv4 or IPv6, any of which may hold the viewer's address.",
        ),
        list("methods", "Methods of the request, any of which suffices."),
        Attribute::string(
            "acr",
            "Authentication context class that the login must have reached. Who is signed in otherwise is sent to the \
             provider once more, which is asked for it.",
        )
        .optional(),
        list(
            "amr",
            "Authentication methods of which the login must have used one. Together with `acr`, at most four different \
             combinations may stand in all policies.",
        ),
        Attribute::string(
            "max_age",
            "How long ago the login may be, such as `8h`, at least `1m`. Who signed in earlier signs in once more.",
        )
        .optional()
        .validate(rules::duration),
        list(
            "service_tokens",
            "Names of service tokens, any of which suffices. A service token is let in only where a policy names it, and \
             nothing said of users or logins holds for it.",
        ),
    ]
}

pub(in crate::edge_app) fn routes() -> Attribute {
    Attribute::list(
        "routes",
        "Routes in order: the first whose path matches decides. A request that matches none is refused.",
        decision().into_iter().chain(delivery()),
    )
    .required()
}

/// Who passes.
fn decision() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "path",
            "Absolute path; `*` stands for any run of characters, slashes included. `/x/*` also covers `/x`.",
        )
        .required(),
        Attribute::string(
            "access",
            "`public` lets everybody pass. Without it the route needs `allow`.",
        )
        .optional()
        .validate(rules::one_of(&["public"])),
        Attribute::list_of(
            "allow",
            Type::String,
            "Names of the policies of which a user must meet one.",
        )
        .optional(),
        Attribute::list_of(
            "methods",
            Type::String,
            "Methods that pass; others get 405. Default: all.",
        )
        .optional()
        .validate_each(rules::method),
        Attribute::string(
            "unauthenticated",
            "What a browser without a session gets: `redirect` to the login (the default) or `401`. Other \
             clients always get 401.",
        )
        .default("redirect")
        .validate(rules::one_of(&["redirect", "401"])),
    ]
}

/// Where it goes, and what may stand in its path.
fn delivery() -> Vec<Attribute> {
    let flag = |name, description| Attribute::bool(name, description).default(false);
    vec![
        Attribute::string("origin", "Name of the origin. Default: `default_origin`.").optional(),
        Attribute::string(
            "cache",
            "`none` (the default), or `shared`: answers may be cached and served to everybody whom the route \
             allows.",
        )
        .default("none")
        .validate(rules::one_of(&["none", "shared"])),
        flag(
            "allow_encoded_slash",
            "Whether `%2F` may occur in the path. Default `false`.",
        ),
        flag("allow_semicolon", "Whether `;` may occur in the path. Default `false`."),
        flag(
            "case_insensitive",
            "Whether letters match in either case. Default `false`.",
        ),
        Attribute::string(
            "spa",
            "Path of a single-page application: GET and HEAD requests within the route go to it unless the last part of \
             their path has a dot. The same route must decide it.",
        )
        .optional(),
        Attribute::string(
            "min_tls",
            "`1.3`: viewers with an older version of TLS get 403. Default: what `minimum_tls` allows. For the edge to \
             know the version CloudFront has to forward it, to custom origins only together with the viewer's Host header: \
             with this, every custom origin of the application is asked by the domain name in the browser instead of its own.",
        )
        .optional()
        .validate(rules::one_of(&["1.3"])),
        cors(),
    ]
}

fn cors() -> Attribute {
    let list = |name, description| Attribute::list_of(name, Type::String, description);
    Attribute::single(
        "cors",
        "Rule by which preflight requests are answered at the edge.",
        [
            list("origins", "Origins that may call, such as `https://app.example.com`.")
                .required()
                .validate(rules::cors_origins),
            list("methods", "Methods that may be used. Default: those of the route.")
                .optional()
                .validate_each(rules::method),
            list("headers", "Request headers that may be sent.").optional(),
            Attribute::bool("credentials", "Whether cookies may be sent. Default `false`.").default(false),
            Attribute::string("max_age", "How long a browser may remember the answer. Default `10m`.")
                .default("10m")
                .validate(rules::duration),
        ],
    )
    .optional()
}

fn origins() -> Attribute {
    Attribute::map(
        "origins",
        "Origins by name: each is an S3 bucket or a custom origin.",
        vec![
            s3(),
            custom(),
            Attribute::string(
                "path",
                "Path that CloudFront puts before every request path, such as `/site`.",
            )
            .optional()
            .validate(rules::origin_path),
            Attribute::map_of(
                "headers",
                Type::String,
                "Headers that CloudFront adds towards the origin. They stand in the state and in the application's membership secret: \
                 no place for a secret.",
            )
            .optional()
            .sensitive(),
        ],
    )
    .required()
}

fn s3() -> Attribute {
    Attribute::single(
        "s3",
        "A private S3 bucket, read with Origin Access Control.",
        [
            Attribute::string("bucket", "Name of the bucket.")
                .required()
                .validate(rules::bucket),
            Attribute::string("region", "Region of the bucket. Default: the provider's.").optional(),
            Attribute::bool(
                "manage_bucket_policy",
                "Whether the statement of `origin_bucket_policies` is written into the bucket's policy. Statements \
                 of others stay as they are. Default `false`.",
            )
            .default(false),
        ],
    )
    .optional()
}

fn custom() -> Attribute {
    Attribute::single(
        "custom",
        "An HTTP server.",
        [
            Attribute::string("domain_name", "Host name of the server.")
                .required()
                .validate(rules::server_name),
            Attribute::number("http_port", "Port for `http-only`. Default 80.")
                .default(80)
                .validate(rules::port),
            Attribute::number("https_port", "Port for `https-only`. Default 443.")
                .default(443)
                .validate(rules::port),
            Attribute::string("protocol", "`https-only` (the default) or `http-only`.")
                .default("https-only")
                .validate(rules::one_of(&["https-only", "http-only"])),
            Attribute::string(
                "minimum_tls",
                "Lowest TLS version towards the server: `TLSv1.2`, the default.",
            )
            .default("TLSv1.2")
            .validate(rules::one_of(&["TLSv1.2"])),
        ],
    )
    .optional()
}

fn response_headers() -> Attribute {
    Attribute::single(
        "response_headers",
        "Security headers of every answer.",
        [
            Attribute::string(
                "content_security_policy",
                "Content-Security-Policy; it replaces what the origin sends. Default: none is set.",
            )
            .optional(),
            Attribute::string("frame_options", "`DENY` (the default) or `SAMEORIGIN`.")
                .default("DENY")
                .validate(rules::one_of(&["DENY", "SAMEORIGIN"])),
            Attribute::string(
                "referrer_policy",
                "Referrer-Policy. Default `strict-origin-when-cross-origin`.",
            )
            .default("strict-origin-when-cross-origin")
            .validate(rules::one_of(rules::REFERRER_POLICIES)),
            Attribute::number(
                "strict_transport_security_max_age",
                "Seconds for which browsers insist on https. Default 31536000, one year.",
            )
            .default(31_536_000)
            .validate(rules::max_age),
            Attribute::bool(
                "strict_transport_security_subdomains",
                "Whether that holds for subdomains too. Default `false`.",
            )
            .default(false),
        ],
    )
    .optional()
}
