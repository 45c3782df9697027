//! Stand-ins for AWS's managed rule groups: the rules by their names, with coarse tests in place of AWS's secret ones.
//!
//! A test that needs a rule to match that has no test here (reputation lists, bots) names it in `x-local-managed-rule`.

use serde_json::{Value, json};

use super::{Inspection, statements};
use crate::message::Request;

type Test = fn(&Request) -> bool;

/// A group, its label namespace, and its rules in order with their labels' last parts.
struct Group {
    name: &'static str,
    label: &'static str,
    rules: &'static [(&'static str, &'static str, Test)],
}

const NEVER: Test = |_| false;
/// Whose lists AWS keeps secret has ranges here, of those set aside for benchmarks (RFC 2544).
const HOSTING: Test = |r| statements::in_range(r.viewer.address, "198.18.0.0/16");
const ANONYMOUS: Test = |r| statements::in_range(r.viewer.address, "198.19.0.0/17");
const NOTORIOUS: Test = |r| statements::in_range(r.viewer.address, "198.19.128.0/17");

const GROUPS: &[Group] = &[
    Group {
        name: "AWSManagedRulesCommonRuleSet",
        label: "core-rule-set",
        rules: &[
            ("NoUserAgent_HEADER", "NoUserAgent_Header", |r| {
                !r.headers.has("user-agent")
            }),
            ("UserAgent_BadBots_HEADER", "BadBots_Header", |r| {
                header_has(r, "user-agent", &["nessus", "nmap"])
            }),
            ("SizeRestrictions_QUERYSTRING", "SizeRestrictions_QueryString", |r| {
                r.query.as_ref().is_some_and(|q| q.len() > 2048)
            }),
            (
                "SizeRestrictions_Cookie_HEADER",
                "SizeRestrictions_Cookie_Header",
                |r| r.headers.joined("cookie").is_some_and(|c| c.len() > 10_240),
            ),
            ("SizeRestrictions_BODY", "SizeRestrictions_Body", |r| {
                r.body.len() > 8192
            }),
            ("SizeRestrictions_URIPATH", "SizeRestrictions_URIPath", |r| {
                r.uri.len() > 1024
            }),
            ("EC2MetaDataSSRF_BODY", "EC2MetaDataSSRF_Body", |r| {
                body_has(r, &["169.254.169.254"])
            }),
            ("EC2MetaDataSSRF_COOKIE", "EC2MetaDataSSRF_Cookie", |r| {
                header_has(r, "cookie", &["169.254.169.254"])
            }),
            ("EC2MetaDataSSRF_URIPATH", "EC2MetaDataSSRF_URIPath", |r| {
                r.uri.contains("169.254.169.254")
            }),
            (
                "EC2MetaDataSSRF_QUERYARGUMENTS",
                "EC2MetaDataSSRF_QueryArguments",
                |r| query_has(r, &["169.254.169.254"]),
            ),
            ("GenericLFI_QUERYARGUMENTS", "GenericLFI_QueryArguments", |r| {
                query_has(r, &["../", "..%2f"])
            }),
            ("GenericLFI_URIPATH", "GenericLFI_URIPath", |r| r.uri.contains("../")),
            ("GenericLFI_BODY", "GenericLFI_Body", |r| body_has(r, &["../"])),
            ("RestrictedExtensions_URIPATH", "RestrictedExtensions_URIPath", |r| {
                [".log", ".ini"].iter().any(|e| r.uri.ends_with(e))
            }),
            (
                "RestrictedExtensions_QUERYARGUMENTS",
                "RestrictedExtensions_QueryArguments",
                |r| query_has(r, &[".log", ".ini"]),
            ),
            ("GenericRFI_QUERYARGUMENTS", "GenericRFI_QueryArguments", |r| {
                query_has(r, &["=http://1", "=https://1"])
            }),
            ("GenericRFI_BODY", "GenericRFI_Body", NEVER),
            ("GenericRFI_URIPATH", "GenericRFI_URIPath", NEVER),
            ("CrossSiteScripting_COOKIE", "CrossSiteScripting_Cookie", |r| {
                r.headers.joined("cookie").is_some_and(|c| looks_like_script(&c))
            }),
            (
                "CrossSiteScripting_QUERYARGUMENTS",
                "CrossSiteScripting_QueryArguments",
                |r| r.query.as_deref().is_some_and(looks_like_script),
            ),
            ("CrossSiteScripting_BODY", "CrossSiteScripting_Body", |r| {
                looks_like_script(&String::from_utf8_lossy(&r.body))
            }),
            ("CrossSiteScripting_URIPATH", "CrossSiteScripting_URIPath", |r| {
                looks_like_script(&r.uri)
            }),
        ],
    },
    Group {
        name: "AWSManagedRulesKnownBadInputsRuleSet",
        label: "known-bad-inputs",
        rules: &[
            ("JavaDeserializationRCE_HEADER", "JavaDeserializationRCE_Header", NEVER),
            ("JavaDeserializationRCE_BODY", "JavaDeserializationRCE_Body", NEVER),
            (
                "JavaDeserializationRCE_URIPATH",
                "JavaDeserializationRCE_URIPath",
                NEVER,
            ),
            (
                "JavaDeserializationRCE_QUERYSTRING",
                "JavaDeserializationRCE_QueryString",
                NEVER,
            ),
            ("Host_localhost_HEADER", "Host_Localhost_Header", |r| {
                r.host == "localhost"
            }),
            ("PROPFIND_METHOD", "Propfind_Method", |r| r.method == "PROPFIND"),
            ("ExploitablePaths_URIPATH", "ExploitablePaths_URIPath", |r| {
                r.uri.contains("/web-inf/") || r.uri.contains("/.git/")
            }),
            ("Log4JRCE_HEADER", "Log4JRCE_Header", |r| {
                r.headers.iter().any(|(_, v)| v.contains("${jndi:"))
            }),
            ("Log4JRCE_QUERYSTRING", "Log4JRCE_QueryString", |r| {
                query_has(r, &["${jndi:", "$%7bjndi:"])
            }),
            ("Log4JRCE_BODY", "Log4JRCE_Body", |r| body_has(r, &["${jndi:"])),
            ("Log4JRCE_URIPATH", "Log4JRCE_URIPath", |r| r.uri.contains("${jndi:")),
        ],
    },
    Group {
        name: "AWSManagedRulesSQLiRuleSet",
        label: "sql-database",
        rules: &[
            ("SQLi_QUERYARGUMENTS", "SQLi_QueryArguments", |r| {
                r.query.as_deref().is_some_and(looks_like_sql)
            }),
            ("SQLi_BODY", "SQLi_Body", |r| {
                looks_like_sql(&String::from_utf8_lossy(&r.body))
            }),
            ("SQLi_COOKIE", "SQLi_Cookie", |r| {
                r.headers.joined("cookie").is_some_and(|c| looks_like_sql(&c))
            }),
            ("SQLi_URIPATH", "SQLi_URIPath", |r| looks_like_sql(&r.uri)),
        ],
    },
    Group {
        name: "AWSManagedRulesAmazonIpReputationList",
        label: "amazon-ip-list",
        rules: &[
            ("AWSManagedIPReputationList", "AWSManagedIPReputationList", NOTORIOUS),
            ("AWSManagedReconnaissanceList", "AWSManagedReconnaissanceList", NEVER),
            ("AWSManagedIPDDoSList", "AWSManagedIPDDoSList", NEVER),
        ],
    },
    Group {
        name: "AWSManagedRulesAnonymousIpList",
        label: "anonymous-ip-list",
        rules: &[
            ("AnonymousIPList", "AnonymousIPList", ANONYMOUS),
            ("HostingProviderIPList", "HostingProviderIPList", HOSTING),
        ],
    },
    Group {
        name: "AWSManagedRulesBotControlRuleSet",
        label: "bot-control",
        rules: &[
            ("CategoryHttpLibrary", "bot:category:http_library", |r| {
                header_has(r, "user-agent", &["curl/", "python-requests", "go-http-client"])
            }),
            ("CategoryScrapingFramework", "bot:category:scraping_framework", |r| {
                header_has(r, "user-agent", &["scrapy"])
            }),
            ("SignalNonBrowserUserAgent", "signal:non_browser_user_agent", NEVER),
            ("SignalKnownBotDataCenter", "signal:known_bot_data_center", HOSTING),
            ("SignalAutomatedBrowser", "signal:automated_browser", NEVER),
        ],
    },
];

/// The group's terminating action, if one of its rules matches with one.
pub(super) fn evaluate(inspection: &mut Inspection<'_>, statement: &Value) -> Result<Option<Value>, String> {
    let name = statement["Name"].as_str().unwrap_or_default();
    if statement["VendorName"].as_str() != Some("AWS") {
        return Err(format!("managed group {name} is not AWS's"));
    }
    let group = GROUPS
        .iter()
        .find(|g| g.name == name)
        .ok_or_else(|| format!("managed group {name} is not known here"))?;
    let scope = &statement["ScopeDownStatement"];
    if scope.is_object() && !statements::holds(inspection, scope, name)? {
        return Ok(None);
    }
    let block = json!({"Block": {}});
    let count = json!({"Count": {}});
    for (rule, label, test) in group.rules {
        let forced = inspection.forced.iter().any(|f| *f == format!("{name}/{rule}"));
        if !forced && !test(inspection.request) {
            continue;
        }
        inspection
            .labels
            .insert(format!("awswaf:managed:aws:{}:{label}", group.label));
        let named = |list: &str| {
            statement[list]
                .as_array()
                .into_iter()
                .flatten()
                .find(|o| o["Name"].as_str() == Some(rule))
                .cloned()
        };
        let action = match (named("RuleActionOverrides"), named("ExcludedRules")) {
            (Some(over), _) => over["ActionToUse"].clone(),
            (None, Some(_)) => count.clone(),
            (None, None) => block.clone(),
        };
        if let Some(action) = inspection.act(&action)? {
            return Ok(Some(action));
        }
    }
    Ok(None)
}

fn header_has(request: &Request, name: &str, parts: &[&str]) -> bool {
    request.headers.joined(name).is_some_and(|v| has(&v, parts))
}

fn query_has(request: &Request, parts: &[&str]) -> bool {
    request.query.as_ref().is_some_and(|q| has(q, parts))
}

fn body_has(request: &Request, parts: &[&str]) -> bool {
    has(&String::from_utf8_lossy(&request.body), parts)
}

fn has(text: &str, parts: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    parts.iter().any(|p| text.contains(p))
}

/// Coarse, but good enough to see that the group is there.
pub(super) fn looks_like_script(text: &str) -> bool {
    has(text, &["<script", "%3cscript", "javascript:", "onerror="])
}

/// Coarse, but good enough to see that the group is there.
pub(super) fn looks_like_sql(text: &str) -> bool {
    has(
        text,
        &[
            "' or ",
            "'%20or%20",
            "'+or+",
            "union select",
            "union%20select",
            "union+select",
            ";--",
        ],
    )
}
