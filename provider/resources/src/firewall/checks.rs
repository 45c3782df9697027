//! Rules between values of the firewall. Unknown ones are judged once they are known.

use std::collections::BTreeSet;

use zt_framework::{Diagnostics, Path, Value};

use super::config::POSITIONS;

const CONDITIONS: [&str; 6] = ["paths", "methods", "countries", "addresses", "headers", "query"];
/// WAF Developer Guide, "Quotas": all custom bodies of one web ACL.
pub(crate) const LONGEST_BODIES: usize = 51_200;

/// Reports what is wrong with an object of the attributes that stands at `base`.
pub(crate) fn check(value: &Value, base: &Path, diagnostics: &mut Diagnostics) {
    if let Some(rules) = value.get("rules").entries() {
        for (name, rule) in rules {
            custom(rule, &base.attribute("rules").key(name), diagnostics);
        }
    }
    order(value, base, diagnostics);
    groups(value, base, diagnostics);
    bodies(value, base, diagnostics);
}

fn custom(rule: &Value, at: &Path, diagnostics: &mut Diagnostics) {
    let open = |conditions: &Value| {
        let unset = |name: &&str| conditions.get(name).is_null();
        CONDITIONS.iter().all(unset)
    };
    if open(rule) {
        diagnostics.error_at(
            at.clone(),
            "A rule without a condition",
            format!(
                "It would hold for every request. Write at least one of {}.",
                CONDITIONS.join(", ")
            ),
        );
    }
    if rule.get("unless").is_set() && open(rule.get("unless")) {
        diagnostics.error_at(
            at.attribute("unless"),
            "An exception without a condition",
            "It would hold for no request; write a condition, or leave it out.",
        );
    }
    let blocks = rule.get("action").as_str().is_none_or(|action| action == "block");
    if rule.get("response").is_set() && !blocks {
        diagnostics.error_at(
            at.attribute("response"),
            "An answer that nobody gets",
            "Only a rule whose action is \"block\" answers by itself. Leave `response` out, or write action = \"block\".",
        );
    }
    for (conditions, at) in [(rule, at.clone()), (rule.get("unless"), at.attribute("unless"))] {
        for field in ["headers", "query"] {
            one_text_each(conditions.get(field), &at.attribute(field), diagnostics);
        }
    }
}

fn one_text_each(matches: &Value, at: &Path, diagnostics: &mut Diagnostics) {
    for (name, sought) in matches.entries().into_iter().flatten() {
        let unknown = sought.is_unknown() || POSITIONS.iter().any(|position| sought.get(position).is_unknown());
        let given = POSITIONS
            .iter()
            .filter(|position| sought.get(position).is_set())
            .count();
        if !unknown && given != 1 {
            diagnostics.error_at(
                at.key(name),
                "Not one text",
                format!("Write exactly one of {}.", POSITIONS.join(", ")),
            );
        }
    }
}

fn order(value: &Value, base: &Path, diagnostics: &mut Diagnostics) {
    let order = value.get("rule_order");
    let rules = value.get("rules");
    if order.is_null() || !order.is_wholly_known() || rules.is_unknown() {
        return;
    }
    let named: BTreeSet<&str> = order.elements().iter().filter_map(Value::as_str).collect();
    let known: BTreeSet<&str> = rules
        .entries()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    let at = base.attribute("rule_order");
    if let Some(name) = named.difference(&known).next() {
        diagnostics.error_at(
            at,
            "No such rule",
            format!("{name:?} is not among `rules`. Remove it, or write the rule."),
        );
    } else if let Some(name) = known.difference(&named).next() {
        diagnostics.error_at(
            at,
            "A rule without a place",
            format!("The order does not say where the rule {name:?} stands. Add its name."),
        );
    }
}

fn groups(value: &Value, base: &Path, diagnostics: &mut Diagnostics) {
    let list = value.get("managed_groups").elements();
    let mut seen = BTreeSet::new();
    for (group, number) in list.iter().zip(0..) {
        let at = base.attribute("managed_groups").index(number);
        twice_decided(group, &at, diagnostics);
        let (Some(name), vendor) = (group.get("name").as_str(), group.get("vendor").as_str()) else {
            continue;
        };
        if !seen.insert((vendor.unwrap_or("AWS"), name)) {
            diagnostics.error_at(
                at.attribute("name"),
                "A group that stands here twice",
                format!("{name} would be asked twice with different settings. Write it once."),
            );
        } else if name == "AWSManagedRulesBotControlRuleSet" && value.get("bot_control").is_set() {
            diagnostics.error_at(
                at.attribute("name"),
                "Bot control stands here twice",
                "`bot_control` adds this group with its level. Remove it from `managed_groups`, or remove `bot_control`.",
            );
        }
    }
    twice_decided(value.get("bot_control"), &base.attribute("bot_control"), diagnostics);
}

fn twice_decided(group: &Value, at: &Path, diagnostics: &mut Diagnostics) {
    let mut counted = group.get("count_rules").elements().iter().filter_map(Value::as_str);
    let overridden = group.get("overrides");
    if let Some(name) = counted.find(|name| !overridden.get(name).is_null()) {
        diagnostics.error_at(
            at.attribute("overrides").key(name),
            "A rule with two actions",
            format!("{name} stands in `count_rules`, too. Write it in one of the two."),
        );
    }
}

fn bodies(value: &Value, base: &Path, diagnostics: &mut Diagnostics) {
    let of = |response: &Value| response.get("body").as_str().map_or(0, str::len);
    let rules = value.get("rules").entries().into_iter().flatten();
    let all = of(value.get("refusal"))
        + of(value.get("too_many"))
        + rules.map(|(_, rule)| of(rule.get("response"))).sum::<usize>();
    if all > LONGEST_BODIES {
        diagnostics.error_at(
            base.attribute("rules"),
            "Bodies too large",
            format!("The bodies of all answers have {all} bytes; one web ACL holds {LONGEST_BODIES}. Shorten them."),
        );
    }
}
