//! The words of a question about access, and of its answer.

use zt_framework::{Attribute, Schema, Type};

use crate::edge_app::written;

pub(super) fn schema() -> Schema {
    Schema::new(
        "What becomes of a hypothetical request, and why, rule by rule: against policies and routes written here, or those of an \
         application that exists. Use it in `check` and `terraform test` to hold policies to what they should do. The decision \
         is that of the edge for somebody whom no revocation concerns and whose grants are up to date. Only an `application` is \
         read from AWS; nothing is sent to it.",
    )
    .attributes([Attribute::string(
        "application",
        "An application that exists, instead of `routes` and `policies`: `<store>/<name>`, its name when that is unique, or ARN \
         or id of its distribution.",
    )
    .optional()
    .validate(|value| match value.as_str() {
        Some("") => Err("An empty text names no application; write `<store>/<name>`.".to_owned()),
        _ => Ok(()),
    })])
    .attributes(written::attributes())
    .attributes([request(), identity()])
    .attributes(answer())
}

fn request() -> Attribute {
    Attribute::single(
        "request",
        "The request.",
        [
            Attribute::string("path", "Path as it stands in the request line, without query.")
                .required()
                .validate(|value| match value.as_str() {
                    Some(path) if path.starts_with('/') => Ok(()),
                    _ => Err("A path begins with a slash; write it as it stands in the request line.".to_owned()),
                }),
            Attribute::string("method", "Method. Default `GET`.")
                .optional()
                .validate(written::method),
            Attribute::string("host", "Host name. Default: the first of `aliases`.").optional(),
            Attribute::string(
                "country",
                "Country of the viewer, such as `DE`. Without it, it is not known.",
            )
            .optional(),
            Attribute::string("ip", "Address of the viewer. Without it, it is not known.").optional(),
            Attribute::string("tls", "TLS of the viewer: `TLSv1.2` or `TLSv1.3`, the default.")
                .optional()
                .validate(written::one_of(&["TLSv1.2", "TLSv1.3"])),
            Attribute::bool(
                "navigation",
                "Whether a browser navigates, rather than a script or a program asking. Default `true`.",
            )
            .optional(),
        ],
    )
    .required()
}

fn identity() -> Attribute {
    Attribute::single(
        "identity",
        "Who makes the request; null for somebody without a session.",
        [
            Attribute::dynamic(
                "claims",
                "The claims of the ID token, such as `{ sub = \"ada\", groups = [\"staff\"] }`.",
            )
            .optional(),
            Attribute::string(
                "login_age",
                "How long ago the login was, such as `9h`. Default: just now; `auth_time` among the claims is not looked at.",
            )
            .optional()
            .validate(written::duration),
            Attribute::string(
                "service_token",
                "Name of a service token that counts, instead of `claims`.",
            )
            .optional(),
        ],
    )
    .optional()
}

fn answer() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name, description).computed();
    vec![
        text(
            "decision",
            "What the edge does, one of `allow`, `public`, `login`, `step_up`, `denied`, `no_route`, `unknown_host`, \
             `ambiguous_path`, `auth_endpoint`, `userinfo`, `method_not_allowed` and `old_tls`.",
        ),
        Attribute::bool("allowed", "Whether the request reaches the origin: `allow` and `public`.").computed(),
        text("explanation", "The decision and what led to it, in one sentence. It names claims, never their values."),
        Attribute::number(
            "status",
            "Status of the edge's own answer; null when the request goes on to the origin or to the gateway's own pages.",
        )
        .computed(),
        text("audit_reason", "Reason code of the audit line, `-` when there is none."),
        Attribute::number("route_index", "Index of the route that decides; null when none does.").computed(),
        text("route_path", "Its path."),
        text("policy", "The policy that lets the request pass, or that another login would meet."),
        text("rewritten_path", "Path with which the request goes to the origin, where it is not its own."),
        Attribute::single(
            "step_up",
            "The login that would be needed; null unless the decision is `step_up`.",
            [
                text("acr", "Authentication context class."),
                Attribute::list_of("amr", Type::String, "Authentication methods of which one is needed.").computed(),
                text("max_age", "How long ago it may be."),
            ],
        )
        .computed(),
        Attribute::list(
            "policy_findings",
            "The policies of the route in the order in which it names them; empty when none was asked.",
            [
                text("policy", "Name."),
                Attribute::bool("met", "Whether it is met.").computed(),
                findings(),
            ],
        )
        .computed(),
    ]
}

fn findings() -> Attribute {
    let text = |name, description| Attribute::string(name, description).computed();
    Attribute::list(
        "findings",
        "Its selectors, member by member.",
        [
            text("rule", "Which, such as `require[0].groups`."),
            text("holds", "`yes`, `no` or `undecidable`, which never helps anybody."),
            text("because", "Why."),
            Attribute::bool("decides", "Whether the policy is met, or not met, for this reason.").computed(),
        ],
    )
    .computed()
}
