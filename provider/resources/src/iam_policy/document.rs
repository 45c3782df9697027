//! From the table and a configuration to policy documents: rows with their names filled in, equal resources together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::table::{Part, Row, rows};

/// IAM's limit of one managed policy, white space not counted.
pub(super) const LIMIT: usize = 6_144;

/// The account the policy is for.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) partition: String,
    pub(super) account: String,
    pub(super) region: String,
}

/// What has to be managed: parts with the names that stand in their resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    pub(super) part: Part,
    pub(super) store: String,
    pub(super) application: String,
    pub(super) bucket: String,
}

/// Resources, and the condition under which.
type Scope = (BTreeSet<String>, Option<String>);

/// The statements, sorted: the same configuration is the same text.
pub(super) fn statements(place: &Place, subjects: &BTreeSet<Subject>) -> Vec<Value> {
    // First what each action may touch, so that two subjects share a statement; then which actions may touch the same.
    let mut by_action: BTreeMap<(String, Option<String>), BTreeSet<String>> = BTreeMap::new();
    for subject in subjects {
        for row in rows().filter(|row| row.part == subject.part) {
            for action in row.actions {
                let key = (format!("{}:{action}", row.service), condition(row));
                let resources = row.resources.iter().map(|one| filled(one, place, subject));
                by_action.entry(key).or_default().extend(resources);
            }
        }
    }
    let mut by_scope: BTreeMap<Scope, BTreeSet<String>> = BTreeMap::new();
    for ((action, condition), resources) in by_action {
        by_scope.entry((resources, condition)).or_default().insert(action);
    }
    by_scope.into_iter().map(statement).collect()
}

fn condition(row: &Row) -> Option<String> {
    row.condition
        .map(|(key, values)| json!({ "StringEquals": { key: values } }).to_string())
}

fn filled(resource: &str, place: &Place, subject: &Subject) -> String {
    resource
        .replace("{p}", &place.partition)
        .replace("{a}", &place.account)
        .replace("{r}", &place.region)
        .replace("{s}", &subject.store)
        .replace("{n}", &subject.application)
        .replace("{b}", &subject.bucket)
}

fn statement(((resources, condition), actions): (Scope, BTreeSet<String>)) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    let condition = condition.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    if let (Some(condition), Some(members)) = (condition, statement.as_object_mut()) {
        members.insert("Condition".to_owned(), condition);
    }
    statement
}

/// A policy document of these statements.
pub(super) fn document(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

/// The statements on as many documents as IAM's limit takes.
pub(super) fn documents(statements: &[Value]) -> Vec<String> {
    let mut documents = Vec::new();
    let mut page: Vec<Value> = Vec::new();
    for statement in statements.iter().flat_map(small) {
        page.push(statement.clone());
        if document(&page).len() > LIMIT && page.len() > 1 {
            page.pop();
            documents.push(document(&page));
            page = vec![statement];
        }
    }
    documents.push(document(&page));
    documents
}

/// A statement that is too long for any document, as several with a part of its resources each.
fn small(statement: &Value) -> Vec<Value> {
    let resources = statement["Resource"].as_array().map(Vec::as_slice).unwrap_or_default();
    if document(std::slice::from_ref(statement)).len() <= LIMIT || resources.len() < 2 {
        return vec![statement.clone()];
    }
    let (first, second) = resources.split_at(resources.len() / 2);
    let part = |resources: &[Value]| {
        let mut part = statement.clone();
        part["Resource"] = json!(resources);
        small(&part)
    };
    part(first).into_iter().chain(part(second)).collect()
}

/// Every action of the statements, each once.
pub(super) fn actions(statements: &[Value]) -> BTreeSet<String> {
    let of = |statement: &Value| statement["Action"].as_array().cloned().unwrap_or_default();
    let actions = statements.iter().flat_map(of);
    actions
        .filter_map(|action| action.as_str().map(str::to_owned))
        .collect()
}
