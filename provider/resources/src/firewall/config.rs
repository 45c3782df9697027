//! The firewall as configured. It is read when all of it is known; its form has been judged by then.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::wafv2::{Body, BodyKind, BotControl, Override};
use zt_framework::Value;

use super::rules;

const DEFAULT_GROUPS: [&str; 3] = [
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
];
/// Headers with which people and machines prove themselves.
const SECRET_HEADERS: [&str; 4] = ["authorization", "cookie", "x-zt-service-token", "x-zt-session"];

/// The web firewall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Firewall {
    pub(super) rate: Limit,
    pub(super) auth_rate_limit: u32,
    pub(super) path_rate_limits: BTreeMap<String, u32>,
    pub(super) rate_limits: BTreeMap<String, PathLimit>,
    pub(super) geo: Geo,
    pub(super) addresses: Addresses,
    /// In their order.
    pub(super) rules: Vec<Custom>,
    pub(super) groups: Vec<ManagedGroup>,
    pub(super) bot_control: Option<(BotControl, ManagedGroup)>,
    pub(super) refusal: Option<Response>,
    pub(super) too_many: Option<Response>,
    pub(super) logging: Option<Logs>,
}

/// A rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) limit: u32,
    pub(super) window: u32,
    pub(super) action: String,
}

/// A rate limit of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathLimit {
    pub(super) path: String,
    pub(super) methods: Vec<String>,
    pub(super) limit: Limit,
}

/// Countries that may or may not pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Geo {
    pub(super) allow: BTreeSet<String>,
    pub(super) block: BTreeSet<String>,
}

/// Addresses in ranges of our own and in IP sets of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    pub(super) v4: BTreeSet<String>,
    pub(super) v6: BTreeSet<String>,
    pub(super) arns: BTreeSet<String>,
}

/// Addresses that may or may not pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) block: Ranges,
    pub(super) trust: Ranges,
    pub(super) allow: Ranges,
}

/// A rule of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Custom {
    pub(super) name: String,
    pub(super) action: String,
    pub(super) conditions: Conditions,
    pub(super) unless: Conditions,
    pub(super) machine_endpoints: bool,
    pub(super) response: Option<Response>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) paths: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) countries: BTreeSet<String>,
    pub(super) addresses: Ranges,
    /// By name: which of the texts, and the text.
    pub(super) headers: BTreeMap<String, (&'static str, String)>,
    pub(super) query: BTreeMap<String, (&'static str, String)>,
}

/// A managed rule group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ManagedGroup {
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) version: Option<String>,
    pub(super) count_only: bool,
    pub(super) overrides: BTreeMap<String, Override>,
}

/// An answer to refused requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) body: Option<Body>,
}

/// What is written down, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logs {
    pub(super) destination: String,
    pub(super) headers: BTreeSet<String>,
    pub(super) redact_query: bool,
    pub(super) matched_only: bool,
}

/// Reads a wholly known object of the attributes, or null for the defaults; `None` while something is unknown.
pub(crate) fn read(value: &Value) -> Option<Firewall> {
    value.is_wholly_known().then(|| Firewall {
        rate: Limit {
            limit: number(value.get("rate_limit"), 2000),
            window: number(value.get("rate_limit_window"), 300),
            action: text_or(value.get("rate_limit_action"), "block"),
        },
        auth_rate_limit: number(value.get("auth_rate_limit"), 100),
        path_rate_limits: entries(value.get("path_rate_limits"), |_, limit| number(limit, 10)),
        rate_limits: entries(value.get("rate_limits"), |_, limit| path_limit(limit)),
        geo: Geo {
            allow: texts(value.get("geo").get("allow")),
            block: texts(value.get("geo").get("block")),
        },
        addresses: addresses(value.get("addresses")),
        rules: custom_rules(value),
        groups: groups(value.get("managed_groups")),
        bot_control: present(value.get("bot_control"), bot_control),
        refusal: present(value.get("refusal"), response),
        too_many: present(value.get("too_many"), response),
        logging: present(value.get("logging"), logs),
    })
}

impl Firewall {
    /// Whether it may cost more capacity than the default, of which it is known that it fits.
    pub(crate) fn is_priced(&self) -> bool {
        let default = read(&Value::Null);
        default.is_none_or(|default| {
            let costs = Self {
                rate: default.rate.clone(),
                auth_rate_limit: default.auth_rate_limit,
                ..self.clone()
            };
            costs != default
        })
    }
}

fn path_limit(value: &Value) -> PathLimit {
    PathLimit {
        path: text_or(value.get("path"), "/"),
        methods: texts(value.get("methods")).into_iter().collect(),
        limit: Limit {
            limit: number(value.get("limit"), 10),
            window: number(value.get("window"), 300),
            action: text_or(value.get("action"), "block"),
        },
    }
}

fn addresses(value: &Value) -> Addresses {
    Addresses {
        block: ranges(value.get("block")),
        trust: ranges(value.get("trust")),
        allow: ranges(value.get("allow")),
    }
}

fn ranges(value: &Value) -> Ranges {
    let mut ranges = Ranges::default();
    for text in value.elements().iter().filter_map(Value::as_str) {
        match rules::range(text) {
            Ok((range, true)) => ranges.v6.insert(range),
            Ok((range, false)) => ranges.v4.insert(range),
            Err(_) => ranges.arns.insert(text.to_owned()),
        };
    }
    ranges
}

fn custom_rules(value: &Value) -> Vec<Custom> {
    let mut known = entries(value.get("rules"), custom);
    let order = value.get("rule_order").elements().iter().filter_map(Value::as_str);
    let mut sorted: Vec<Custom> = order.filter_map(|name| known.remove(name)).collect();
    sorted.extend(known.into_values());
    sorted
}

fn custom(name: &str, value: &Value) -> Custom {
    Custom {
        name: name.to_owned(),
        action: text_or(value.get("action"), "block"),
        conditions: conditions(value),
        unless: conditions(value.get("unless")),
        machine_endpoints: value.get("machine_endpoints").as_bool().unwrap_or(false),
        response: present(value.get("response"), response),
    }
}

fn conditions(value: &Value) -> Conditions {
    Conditions {
        paths: value
            .get("paths")
            .elements()
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        methods: texts(value.get("methods")).into_iter().collect(),
        countries: texts(value.get("countries")),
        addresses: ranges(value.get("addresses")),
        headers: entries(value.get("headers"), |_, sought| which(sought)),
        query: entries(value.get("query"), |_, sought| which(sought)),
    }
}

/// Which texts a match may name.
pub(super) const POSITIONS: [&str; 4] = ["equals", "starts_with", "ends_with", "contains"];

fn which(value: &Value) -> (&'static str, String) {
    let given = POSITIONS
        .into_iter()
        .find_map(|position| Some((position, value.get(position).as_str()?.to_owned())));
    given.unwrap_or(("equals", String::new()))
}

fn groups(value: &Value) -> Vec<ManagedGroup> {
    match value.is_null() {
        true => DEFAULT_GROUPS.iter().map(|name| group(name, &Value::Null)).collect(),
        false => {
            let named = |value: &Value| group(value.get("name").as_str().unwrap_or_default(), value);
            value.elements().iter().map(named).collect()
        }
    }
}

fn group(name: &str, value: &Value) -> ManagedGroup {
    let counted = texts(value.get("count_rules")).into_iter();
    let mut overrides: BTreeMap<String, Override> = counted.map(|rule| (rule, Override::Count)).collect();
    overrides.extend(entries(value.get("overrides"), |_, action| match action.as_str() {
        Some("allow") => Override::Allow,
        Some("captcha") => Override::Captcha,
        Some("challenge") => Override::Challenge,
        Some("count") => Override::Count,
        _ => Override::Block,
    }));
    ManagedGroup {
        name: name.to_owned(),
        vendor: text_or(value.get("vendor"), "AWS"),
        version: value.get("version").as_str().map(str::to_owned),
        count_only: value.get("count_only").as_bool().unwrap_or(false),
        overrides,
    }
}

fn bot_control(value: &Value) -> (BotControl, ManagedGroup) {
    let control = match value.get("level").as_str() {
        Some("targeted") => BotControl::Targeted {
            machine_learning: value.get("machine_learning").as_bool().unwrap_or(true),
        },
        _ => BotControl::Common,
    };
    (control, group("AWSManagedRulesBotControlRuleSet", value))
}

fn response(value: &Value) -> Response {
    let kind = match value.get("content_type").as_str() {
        Some("text/html") => BodyKind::Html,
        Some("application/json") => BodyKind::Json,
        _ => BodyKind::Plain,
    };
    let body = value.get("body").as_str().map(|content| Body {
        kind,
        content: content.to_owned(),
    });
    Response {
        status: u16::try_from(number(value.get("status"), 403)).unwrap_or(403),
        body,
    }
}

fn logs(value: &Value) -> Logs {
    let mut headers = texts(value.get("redact_headers"));
    headers.extend(SECRET_HEADERS.map(str::to_owned));
    Logs {
        // Terraform's log groups have `:*` at the end of their ARN in some versions; AWS WAF takes it without.
        destination: text_or(value.get("destination_arn"), "")
            .trim_end_matches(":*")
            .to_owned(),
        headers,
        redact_query: value.get("redact_query").as_bool().unwrap_or(true),
        matched_only: value.get("matched_only").as_bool().unwrap_or(false),
    }
}

fn number(value: &Value, default: u32) -> u32 {
    value
        .as_i64()
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(default)
}

fn text_or(value: &Value, default: &str) -> String {
    value.as_str().unwrap_or(default).to_owned()
}

fn texts(value: &Value) -> BTreeSet<String> {
    value
        .elements()
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn present<T>(value: &Value, read: impl FnOnce(&Value) -> T) -> Option<T> {
    (!value.is_null()).then(|| read(value))
}

fn entries<T>(value: &Value, read: impl Fn(&str, &Value) -> T) -> BTreeMap<String, T> {
    let entries = value.entries().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), read(key, value))).collect()
}
