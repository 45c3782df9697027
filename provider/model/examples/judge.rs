//! The model as a judge for other programs: reads questions, one line of JSON each, and answers each with one line.
//!
//! A question is `{"cookie":…}`, `{"path":…}` or `{"policy":…}`; tests/fuzz makes them and holds the session function to the
//! answers. It promises an answer for every line, `{"error":…}` for what is no question. It knows nothing of engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, Write};

use serde_json::{Map, Value, json};
use zt_model::compile::{Access, Application, Compiled, CompiledRoute};
use zt_model::explain::{Caller, Decision, Question};
use zt_model::ids::{ApplicationName, ClaimName, KeyId, Method, PolicyName};
use zt_model::instant::Instant;
use zt_model::membership::{Claims, Grant, MembershipDocument, Policy, SplitPolicy, decide, satisfied};
use zt_model::route::{Pattern, Route};
use zt_model::session::{ClaimMapping, Grants, Refusal, admit, verify};
use zt_model::source::Source;
use zt_model::store::{ApplicationDocument, Page};

type Answer = Result<Value, String>;

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let answer = judge(&line?).unwrap_or_else(|error| json!({ "error": error }));
        writeln!(out, "{answer}")?;
    }
    out.flush()
}

fn judge(line: &str) -> Answer {
    let question: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    match question.as_object().and_then(|members| members.iter().next()) {
        Some((kind, asked)) if kind == "cookie" => Ok(json!(cookie(asked))),
        Some((kind, asked)) if kind == "path" => path(asked),
        Some((kind, asked)) if kind == "policy" => policy(asked),
        _ => Err("no question".to_owned()),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_default()
}

/// The reason code of a session cookie, `-` where it passes: format, document, key, MAC, expiry, page, grants.
fn cookie(asked: &Value) -> &'static str {
    let (token, now) = (text(asked, "token"), Instant::from_seconds(number(asked, "now")));
    if verify(token, |_| None, now).err() == Some(Refusal::Format) {
        return "format";
    }
    let Ok(document) = ApplicationDocument::parse(text(asked, "doc")) else {
        return "store";
    };
    if document.blocks_everyone(now) {
        return "blocked";
    }
    let session = match verify(token, |kid| document.key(kid, now), now) {
        Ok(session) => session,
        Err(refusal) => return refusal.code(),
    };
    let Some(Ok(page)) = asked["page"].as_str().map(Page::parse) else {
        return "store";
    };
    let decided = admit(&session, &document, &page, now).and_then(|()| {
        decide(
            &grants_of(asked),
            number(asked, "g"),
            session.generation,
            &session.grants,
        )
    });
    decided.map_or_else(Refusal::code, |()| "-")
}

fn grants_of(asked: &Value) -> Vec<Grant> {
    let listed = asked["k"].as_array().into_iter().flatten();
    let grant = |one: &Value| Grant {
        bit: u16::try_from(one[0].as_u64().unwrap_or_default()).unwrap_or_default(),
        birth: one[1].as_u64().unwrap_or_default(),
    };
    listed.map(grant).collect()
}

/// An application of these routes and policies, sensible or not: the compiler's own refusals are not asked.
fn application(routes: Vec<CompiledRoute>, policies: &BTreeMap<String, Policy>) -> Result<Compiled, String> {
    let source = Source {
        policies: policies.clone(),
        routes: Vec::new(),
    };
    let name = ApplicationName::parse("members").map_err(|error| error.to_string())?;
    let mut application = Application::new(name, source);
    application.machines = true;
    let split = |(name, policy): (&String, &Policy)| {
        let name = PolicyName::parse(name).map_err(|error| error.to_string())?;
        let split = SplitPolicy::of(&name, policy).map_err(|error| error.to_string())?;
        Ok::<_, String>((name, split))
    };
    Ok(Compiled {
        policies: policies.iter().map(split).collect::<Result<_, _>>()?,
        routes,
        behaviours: Vec::new(),
        warnings: Vec::new(),
        application,
    })
}

/// A route as the table writes it: `[pattern, flags, policies?, methods?]`, policies by name.
fn route(row: &Value) -> Result<CompiledRoute, String> {
    let flags = row[1].as_u64().unwrap_or_default();
    let names = |value: &Value| -> Vec<String> {
        let listed = value.as_array().into_iter().flatten();
        listed.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let policies = names(&row[2])
        .iter()
        .map(|name| PolicyName::parse(name))
        .collect::<Result<_, _>>();
    let methods = names(&row[3])
        .iter()
        .map(|name| Method::parse(name))
        .collect::<Result<Vec<_>, _>>();
    let methods = methods.map_err(|error| error.to_string())?;
    let pattern = Pattern::parse(row[0].as_str().unwrap_or_default(), flags & 8 != 0);
    Ok(CompiledRoute {
        matching: Route {
            pattern: pattern.map_err(|error| error.to_string())?,
            encoded_slash: flags & 2 != 0,
            semicolon: flags & 4 != 0,
        },
        access: match row[2].is_array() {
            true => Access::Policies(policies.map_err(|error| error.to_string())?),
            false => Access::Public,
        },
        methods: (!methods.is_empty()).then_some(methods),
        always_401: flags & 1 != 0,
        origin: None,
        shared_cache: false,
        cors: None,
        rewrite: None,
        tls13: flags & 32 != 0,
    })
}

fn routes(asked: &Value) -> Result<Vec<CompiledRoute>, String> {
    asked["r"].as_array().into_iter().flatten().map(route).collect()
}

/// For each path: the index of its public route, or the word for what it gets instead.
fn path(asked: &Value) -> Answer {
    let compiled = application(routes(asked)?, &BTreeMap::new())?;
    let paths = asked["paths"].as_array().into_iter().flatten();
    let answers = paths.map(|path| {
        let question = Question {
            path: path.as_str().unwrap_or_default(),
            ..question_of(&Value::Null)
        };
        let explanation = compiled.explain(&mapping(), &question, &Caller::Nobody);
        match explanation.decision {
            Decision::Public => json!(explanation.route),
            decision => json!(word(&decision)),
        }
    });
    Ok(answers.collect())
}

/// The table for these policies, and for each request its decision and what the login would have minted.
fn policy(asked: &Value) -> Answer {
    let policies = serde_json::from_value(asked["policies"].clone()).map_err(|error| error.to_string())?;
    let compiled = application(routes(asked)?, &policies)?;
    let kid = KeyId::parse("k7q2").map_err(|error| error.to_string())?;
    let document = MembershipDocument::first(kid, &compiled.policies, Source::default());
    let document = document.map_err(|error| error.to_string())?;
    let table = compiled.table(&document).map_err(|error| error.to_string())?.json();
    let requests = asked["requests"].as_array().into_iter().flatten();
    let answers: Vec<Value> = requests.map(|one| decided(&compiled, &document, one)).collect();
    Ok(json!({ "table": table, "answers": answers }))
}

fn decided(compiled: &Compiled, document: &MembershipDocument, asked: &Value) -> Value {
    let mapping = mapping();
    let question = question_of(asked);
    let who = &asked["caller"];
    let caller = match (who["claims"].as_object(), who["token"].as_str()) {
        (Some(claims), _) => Caller::Person {
            claims,
            login: Some(Instant::from_seconds(number(asked, "now") - number(who, "age"))),
        },
        (None, Some(token)) => Caller::Machine { token },
        (None, None) => Caller::Nobody,
    };
    let explanation = compiled.explain(&mapping, &question, &caller);
    let (policy, step, age) = match &explanation.decision {
        Decision::Allow(policy) => (Some(policy.to_string()), None, None),
        Decision::StepUp(step) => (
            None,
            step.requirement
                .as_ref()
                .map(|one| one.fingerprint().as_str().to_owned()),
            step.max_age.map(|age| age.seconds()),
        ),
        _ => (None, None, None),
    };
    let minted = who["claims"]
        .as_object()
        .map(|claims| minted(document, claims, &mapping));
    json!({
        "word": word(&explanation.decision), "code": explanation.code(), "policy": policy, "step": step, "age": age, "minted": minted,
    })
}

/// What the auth function would put into the session: grants, and fingerprints of the contexts.
fn minted(document: &MembershipDocument, claims: &Map<String, Value>, mapping: &ClaimMapping) -> Value {
    let mut grants = Grants::default();
    for (bit, _) in satisfied(&document.policies, Claims { claims, mapping }).filter_map(|name| document.bit(name)) {
        grants.set(bit);
    }
    let held = document
        .contexts
        .iter()
        .filter(|(_, requirement)| requirement.holds(claims));
    let mut contexts: Vec<&str> = held.map(|(fingerprint, _)| fingerprint.as_str()).collect();
    contexts.sort_unstable();
    json!([grants.text(), contexts.concat(), document.generation])
}

fn question_of(asked: &Value) -> Question<'_> {
    Question {
        host: "app.example.com",
        path: asked["path"].as_str().unwrap_or("/"),
        method: asked["method"].as_str().unwrap_or("GET"),
        country: asked["country"].as_str(),
        address: asked["ip"].as_str(),
        tls: asked["tls"].as_str(),
        now: Instant::from_seconds(number(asked, "now")),
    }
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow(_) => "allow",
        Decision::Public => "public",
        Decision::Login => "login",
        Decision::StepUp(_) => "step_up",
        Decision::Denied => "denied",
        Decision::NoRoute => "no_route",
        Decision::UnknownHost => "host",
        Decision::AmbiguousPath(_) => "ambiguous",
        Decision::AuthEndpoint => "auth",
        Decision::Userinfo => "userinfo",
        Decision::MethodNotAllowed => "method",
        Decision::OldTls => "tls",
    }
}

fn mapping() -> ClaimMapping {
    let claim = |name| ClaimName::parse(name).expect("a claim's name");
    ClaimMapping {
        user: claim("sub"),
        email: claim("email"),
        groups: claim("groups"),
        roles: claim("roles"),
        session: claim("sid"),
    }
}
