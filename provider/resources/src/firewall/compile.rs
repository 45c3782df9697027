//! From the firewall as configured to what has to stand in AWS WAF.
//!
//! Order: blocked addresses, trusted ones, allowed ones, countries, limits (the login's, those of paths, the general one), the
//! user's rules, managed groups, bot control. Machine endpoints of the login are called by servers of identity providers, from
//! hosting networks and other countries: what refuses servers leaves them alone, the general rate limit does not. The login's own
//! limit would: a provider tells of everybody's logout from a few addresses, and never a second time (Back-Channel Logout 1.0,
//! 2.8). They are exempt byte by byte: no other spelling leads to them, so none is spared.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::wafv2::{
    Action, Body, BotControl, CustomAnswer, DefaultAction, IpSetConfig, IpVersion, Kept, Logging, Part, Position,
    Reading, Rule, Statement, WebAclConfig,
};

use super::config::{Conditions, Custom, Firewall, Geo, Limit, Logs, ManagedGroup, Ranges, Response};
use super::paths::{self, Spelling};

const MACHINE_ENDPOINTS: [&str; 3] = ["backchannel-logout", "events", "jwks.json"];
/// The window of limits that do not say one.
const WINDOW: u32 = 300;
/// A rule's name has 128 characters; some are left for a number.
const LONGEST_NAME: usize = 120;
/// Keys of bodies.
const REFUSAL: &str = "refusal";
const TOO_MANY: &str = "too-many";
/// In the description of a web ACL whose logging is ours.
pub(super) const LOGS: &str = " logging=ours";

/// Whose firewall it is.
pub(crate) struct Named<'a> {
    /// Name of the web ACL, and how those of its IP sets begin.
    pub(crate) name: &'a str,
    /// The mark of all its objects.
    pub(crate) mark: &'a str,
    /// Path of the login.
    pub(crate) auth_prefix: &'a str,
}

/// A firewall as it has to stand, or as it stands. IP sets of its own are named in rules by name, not by ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) acl: WebAclConfig,
    /// By name.
    pub(crate) sets: BTreeMap<String, IpSetConfig>,
    /// Where it is ours.
    pub(crate) logging: Option<Logging>,
}

/// What a firewall asks for.
pub(crate) fn wanted(firewall: &Firewall, named: &Named<'_>) -> Wanted {
    let mut work = Work {
        named,
        sets: BTreeMap::new(),
        bodies: BTreeMap::new(),
    };
    let mut rules = work.rules(firewall);
    for (priority, rule) in (0..).zip(&mut rules) {
        rule.priority = priority;
    }
    let logs = if firewall.logging.is_some() { LOGS } else { "" };
    Wanted {
        acl: WebAclConfig {
            name: named.name.to_owned(),
            description: format!("{}{logs}", named.mark),
            default_action: DefaultAction::Allow,
            rules,
            bodies: work.bodies,
        },
        sets: work.sets,
        logging: firewall.logging.as_ref().map(logging),
    }
}

struct Work<'a> {
    named: &'a Named<'a>,
    sets: BTreeMap<String, IpSetConfig>,
    bodies: BTreeMap<String, Body>,
}

impl Work<'_> {
    fn rules(&mut self, firewall: &Firewall) -> Vec<Rule> {
        let refusal = self.answer(REFUSAL, firewall.refusal.as_ref());
        let mut rules = self.addresses(firewall, refusal.as_ref());
        rules.extend(self.geo(&firewall.geo, refusal.as_ref()));
        rules.extend(self.limits(firewall));
        for custom in &firewall.rules {
            let rule = self.custom(custom, refusal.as_ref());
            rules.push(rule);
        }
        for group in &firewall.groups {
            let name = free(&group_name(group), &rules);
            rules.push(self.managed(&name, group, None));
        }
        if let Some((control, group)) = &firewall.bot_control {
            rules.push(self.managed("bot-control", group, Some(*control)));
        }
        rules
    }

    fn addresses(&mut self, firewall: &Firewall, refusal: Option<&CustomAnswer>) -> Vec<Rule> {
        let addresses = &firewall.addresses;
        let block = Action::Block(refusal.cloned());
        let blocked = self.ranges("block", &addresses.block);
        let trusted = self.ranges("trust", &addresses.trust);
        let allowed = self.ranges("allow", &addresses.allow);
        let others = allowed.map(|allowed| all(vec![not(allowed), self.not_machine()]));
        [
            blocked.map(|it| rule("addresses-block", it, block.clone())),
            trusted.map(|it| rule("addresses-trust", it, Action::Allow)),
            others.map(|it| rule("addresses-allow", it, block)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The condition that an address is in one of these; what is not in IP sets yet gets its own.
    fn ranges(&mut self, what: &str, ranges: &Ranges) -> Option<Statement> {
        let mut sets: Vec<Statement> = Vec::new();
        for (version, word, addresses) in [(IpVersion::V4, "v4", &ranges.v4), (IpVersion::V6, "v6", &ranges.v6)] {
            if !addresses.is_empty() {
                let name = format!("{}-{what}-{word}", self.named.name);
                sets.push(Statement::IpSet(name.clone()));
                let config = IpSetConfig {
                    name: name.clone(),
                    description: self.named.mark.to_owned(),
                    version,
                    addresses: addresses.clone(),
                };
                self.sets.insert(name, config);
            }
        }
        sets.extend(ranges.arns.iter().cloned().map(Statement::IpSet));
        any(sets)
    }

    fn geo(&self, geo: &Geo, refusal: Option<&CustomAnswer>) -> Option<Rule> {
        let allowed = countries(&geo.allow).map(not);
        let refused = any(allowed.into_iter().chain(countries(&geo.block)).collect())?;
        let statement = all(vec![refused, self.not_machine()]);
        Some(rule("countries", statement, Action::Block(refusal.cloned())))
    }

    fn limits(&mut self, firewall: &Firewall) -> Vec<Rule> {
        let answer = match &firewall.too_many {
            Some(_) => self.answer(TOO_MANY, firewall.too_many.as_ref()),
            None => Some(CustomAnswer {
                status: 429,
                body: None,
            }),
        };
        let plain = |limit: u32| Limit {
            limit,
            window: WINDOW,
            action: "block".to_owned(),
        };
        let login = all(vec![
            paths::below(&format!("{}/", self.named.auth_prefix)),
            self.not_machine(),
        ]);
        let mut limits = vec![(
            "auth-rate-limit".to_owned(),
            plain(firewall.auth_rate_limit),
            Some(login),
        )];
        for (number, (prefix, limit)) in firewall.path_rate_limits.iter().enumerate() {
            let scope = paths::below(prefix);
            limits.push((format!("path-rate-limit-{number}"), plain(*limit), Some(scope)));
        }
        for (name, limited) in &firewall.rate_limits {
            let path = paths::matches(&limited.path, Spelling::Any);
            let scope = all(std::iter::once(path).chain(methods(&limited.methods)).collect());
            limits.push((format!("rate-limit-{name}"), limited.limit.clone(), Some(scope)));
        }
        limits.push(("rate-limit".to_owned(), firewall.rate.clone(), None));
        let limits = limits.into_iter();
        limits
            .map(|(name, limit, scope)| rate(&name, &limit, scope, answer.as_ref()))
            .collect()
    }

    fn custom(&mut self, custom: &Custom, refusal: Option<&CustomAnswer>) -> Rule {
        // What lets pass must not be slipped into, nor what refuses be slipped past; an exception is the contrary of its rule.
        let (spelling, exception) = match custom.action.as_str() {
            "allow" => (Spelling::Strict, Spelling::Any),
            _ => (Spelling::Any, Spelling::Strict),
        };
        let mut conditions = self.conditions(&format!("rule-{}", custom.name), &custom.conditions, spelling);
        let unless = self.conditions(&format!("unless-{}", custom.name), &custom.unless, exception);
        conditions.extend(any(unless).map(not));
        if !custom.machine_endpoints {
            conditions.push(self.not_machine());
        }
        let answer = match &custom.response {
            Some(_) => self.answer(&format!("rule-{}", custom.name), custom.response.as_ref()),
            None => refusal.cloned(),
        };
        let action = match custom.action.as_str() {
            "allow" => Action::Allow,
            "captcha" => Action::Captcha,
            "challenge" => Action::Challenge,
            "count" => Action::Count,
            _ => Action::Block(answer),
        };
        rule(&format!("rule-{}", custom.name), all(conditions), action)
    }

    fn conditions(&mut self, what: &str, given: &Conditions, spelling: Spelling) -> Vec<Statement> {
        let paths = given.paths.iter().map(|path| paths::matches(path, spelling)).collect();
        let reading = match spelling {
            Spelling::Any => Reading::Folded,
            Spelling::Strict => Reading::AsSent,
        };
        let headers = given
            .headers
            .iter()
            .map(|(name, sought)| (Part::Header(name.clone()), sought));
        let query = given
            .query
            .iter()
            .map(|(name, sought)| (Part::Argument(name.clone()), sought));
        let addresses = self.ranges(what, &given.addresses);
        any(paths)
            .into_iter()
            .chain(methods(&given.methods))
            .chain(countries(&given.countries))
            .chain(addresses)
            .chain(
                headers
                    .chain(query)
                    .map(|(part, sought)| sought_text(part, sought, reading)),
            )
            .collect()
    }

    fn managed(&self, name: &str, group: &ManagedGroup, bot_control: Option<BotControl>) -> Rule {
        let statement = Statement::Managed {
            vendor: group.vendor.clone(),
            name: group.name.clone(),
            version: group.version.clone(),
            overrides: group.overrides.clone(),
            bot_control,
            scope: Some(Box::new(self.not_machine())),
        };
        let action = match group.count_only {
            true => Action::GroupCount,
            false => Action::Group,
        };
        rule(name, statement, action)
    }

    fn not_machine(&self) -> Statement {
        let endpoint = |name: &&str| paths::exactly(&format!("{}/{name}", self.named.auth_prefix));
        not(Statement::Or(MACHINE_ENDPOINTS.iter().map(endpoint).collect()))
    }

    fn answer(&mut self, key: &str, response: Option<&Response>) -> Option<CustomAnswer> {
        let response = response?;
        let body = response.body.clone().map(|body| {
            self.bodies.insert(key.to_owned(), body);
            key.to_owned()
        });
        Some(CustomAnswer {
            status: response.status,
            body,
        })
    }
}

fn sought_text(part: Part, (position, text): &(&str, String), reading: Reading) -> Statement {
    Statement::Text {
        part,
        text: match reading {
            Reading::Folded => text.to_ascii_lowercase(),
            Reading::AsSent | Reading::Decoded => text.clone(),
        },
        position: match *position {
            "starts_with" => Position::Start,
            "ends_with" => Position::End,
            "contains" => Position::Contains,
            _ => Position::Exactly,
        },
        reading,
    }
}

fn rate(name: &str, limit: &Limit, scope: Option<Statement>, answer: Option<&CustomAnswer>) -> Rule {
    let statement = Statement::Rate {
        limit: limit.limit,
        window_seconds: limit.window,
        scope: scope.map(Box::new),
    };
    let action = match limit.action.as_str() {
        "challenge" => Action::Challenge,
        "count" => Action::Count,
        _ => Action::Block(answer.cloned()),
    };
    rule(name, statement, action)
}

fn rule(name: &str, statement: Statement, action: Action) -> Rule {
    Rule {
        name: name.to_owned(),
        priority: 0,
        statement,
        action,
        labels: Vec::new(),
    }
}

/// Vendors have spaces and points in their names; a rule takes letters, digits, hyphens and underscores.
fn group_name(group: &ManagedGroup) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    format!("{}-{}", group.vendor, group.name)
        .chars()
        .take(LONGEST_NAME)
        .map(|letter| if plain(letter) { letter } else { '-' })
        .collect()
}

/// The name, with a number where a rule has it already.
fn free(name: &str, rules: &[Rule]) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let taken = |name: &String| rules.iter().any(|rule| rule.name == *name);
    names.find(|name| !taken(name)).unwrap_or_default()
}

fn countries(list: &BTreeSet<String>) -> Option<Statement> {
    (!list.is_empty()).then(|| Statement::Countries(list.clone()))
}

fn methods(list: &[String]) -> Option<Statement> {
    let exactly = |method: &String| Statement::Text {
        part: Part::Method,
        text: method.clone(),
        position: Position::Exactly,
        reading: Reading::AsSent,
    };
    any(list.iter().map(exactly).collect())
}

fn not(statement: Statement) -> Statement {
    Statement::Not(Box::new(statement))
}

/// AWS WAF takes no conjunction of one.
fn all(mut statements: Vec<Statement>) -> Statement {
    match (statements.len(), statements.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            statements.extend(last);
            Statement::And(statements)
        }
    }
}

/// AWS WAF takes no disjunction of one, and none of nothing.
fn any(mut statements: Vec<Statement>) -> Option<Statement> {
    let last = statements.pop()?;
    if statements.is_empty() {
        return Some(last);
    }
    statements.push(last);
    Some(Statement::Or(statements))
}

fn logging(logs: &Logs) -> Logging {
    let mut redacted: BTreeSet<Part> = logs.headers.iter().cloned().map(Part::Header).collect();
    if logs.redact_query {
        redacted.insert(Part::Query);
    }
    Logging {
        destination: logs.destination.clone(),
        redacted,
        kept: match logs.matched_only {
            true => Kept::Matched,
            false => Kept::All,
        },
    }
}
