//! The statement by which a bucket lets this distribution read, and nobody else.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use zt_aws::error::{AwsError, ErrorKind, optional};
use zt_framework::Diagnostic;

use super::{Fault, Scope};

/// A bucket and the paths of it that origins use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Grant {
    pub(in crate::edge_app) bucket: String,
    pub(in crate::edge_app) region: String,
    pub(in crate::edge_app) paths: Vec<String>,
}

/// The statement for a bucket.
pub(in crate::edge_app) fn statement(instance: &str, grant: &Grant, distribution_arn: &str) -> Value {
    let resources: Vec<String> = grant
        .paths
        .iter()
        .map(|path| format!("arn:aws:s3:::{}{path}/*", grant.bucket))
        .collect();
    json!({
        "Sid": sid(instance),
        "Effect": "Allow",
        "Principal": { "Service": "cloudfront.amazonaws.com" },
        "Action": "s3:GetObject",
        "Resource": resources,
        "Condition": { "StringEquals": { "AWS:SourceArn": distribution_arn } },
    })
}

/// Statement ids are letters and digits.
fn sid(instance: &str) -> String {
    let plain: String = instance.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("Zt{plain}")
}

/// A policy with our statement in it, others as they are; `None` when nothing has to change.
fn with(policy: Option<&str>, sid: &str, statement: Option<Value>) -> Result<Option<Value>, Fault> {
    let mut document = match policy {
        None => Map::from_iter([("Version".to_owned(), json!("2012-10-17"))]),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(document)) => document,
            _ => {
                return Err(Fault::refused(
                    "The bucket's policy cannot be read",
                    "It is not a JSON object, so it is left alone. Set manage_bucket_policy to false and write the \
                     statement of origin_bucket_policies yourself.",
                ));
            }
        },
    };
    // IAM accepts one statement without a list around it.
    let before = match document.remove("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(single) => vec![single],
        None => Vec::new(),
    };
    let own = |one: &Value| one.get("Sid").and_then(Value::as_str) == Some(sid);
    let present: Vec<&Value> = before.iter().filter(|one| own(one)).collect();
    if present == statement.iter().collect::<Vec<_>>() {
        return Ok(None);
    }
    let after: Vec<Value> = before
        .iter()
        .filter(|one| !own(one))
        .cloned()
        .chain(statement)
        .collect();
    document.insert("Statement".to_owned(), Value::Array(after));
    Ok(Some(Value::Object(document)))
}

/// Writes the statement into the bucket's policy.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, grant: &Grant, distribution_arn: &str) -> Result<(), Fault> {
    let wanted = statement(&scope.mark.instance, grant, distribution_arn);
    write(scope, grant, Some(wanted)).await
}

/// Whether the statement is in the bucket's policy.
pub(in crate::edge_app) async fn is_as_wanted(
    scope: &Scope<'_>,
    grant: &Grant,
    distribution_arn: &str,
) -> Result<bool, Fault> {
    let found = scope.aws.s3(&grant.region).bucket_policy(&grant.bucket).await?;
    let wanted = statement(&scope.mark.instance, grant, distribution_arn);
    Ok(with(found.as_deref(), &sid(&scope.mark.instance), Some(wanted))?.is_none())
}

/// Takes the statement out of the bucket's policy. A bucket that is gone has none.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, grant: &Grant) -> Result<(), Fault> {
    match write(scope, grant, None).await {
        Err(Fault::Aws(error)) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Removes the statement from a bucket that the application has left; what to tell where AWS refuses that. It may be somebody
/// else's by now, and the role's policy may no longer name it: neither is a reason to keep an application from ending.
pub(in crate::edge_app) async fn forget(scope: &Scope<'_>, grant: &Grant) -> Result<Option<Diagnostic>, Fault> {
    match remove(scope, grant).await {
        Err(Fault::Aws(error)) if error.kind() == ErrorKind::Denied => Ok(Some(left(grant, &error))),
        other => other.map(|()| None),
    }
}

fn left(grant: &Grant, error: &AwsError) -> Diagnostic {
    let bucket = &grant.bucket;
    Diagnostic::warning(
        format!("The policy of the bucket {bucket} stays as it is"),
        format!(
            "The application has left this bucket, and AWS refuses to let its policy be read or changed: {}. If the bucket is \
             still yours, remove the statement of this application from its policy; it names the distribution.",
            error.explain().summary
        ),
    )
}

/// Held while a bucket's policy is read, changed and written: applications of one bucket are applied side by side.
static BUCKETS: LazyLock<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>> = LazyLock::new(Mutex::default);

fn turn(bucket: &str) -> Arc<tokio::sync::Mutex<()>> {
    let mut buckets = BUCKETS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(buckets.entry(bucket.to_owned()).or_default())
}

async fn write(scope: &Scope<'_>, grant: &Grant, statement: Option<Value>) -> Result<(), Fault> {
    let turn = turn(&grant.bucket);
    let _held = turn.lock().await;
    let s3 = scope.aws.s3(&grant.region);
    let found = s3.bucket_policy(&grant.bucket).await?;
    if found.is_none() && statement.is_none() {
        return Ok(());
    }
    let Some(policy) = with(found.as_deref(), &sid(&scope.mark.instance), statement)? else {
        return Ok(());
    };
    match policy
        .get("Statement")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty)
    {
        true => {
            optional(s3.delete_bucket_policy(&grant.bucket).await)?;
        }
        false => s3.put_bucket_policy(&grant.bucket, &policy.to_string()).await?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Value {
        let grant = Grant {
            bucket: "files".into(),
            region: "eu-west-1".into(),
            paths: vec![String::new()],
        };
        statement("a1-b2_c3", &grant, "arn:aws:cloudfront::111122223333:distribution/E1")
    }

    /// Checklist: P13.
    #[test]
    fn the_statement_names_one_distribution_and_one_bucket() {
        let statement = own();
        assert_eq!(statement["Sid"], "Zta1b2c3");
        assert_eq!(statement["Resource"], json!(["arn:aws:s3:::files/*"]));
        assert_eq!(
            statement["Condition"]["StringEquals"]["AWS:SourceArn"],
            "arn:aws:cloudfront::111122223333:distribution/E1"
        );
    }

    #[test]
    fn statements_of_others_stay() {
        let other = json!({"Sid": "Other", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": other}).to_string();
        let added = with(Some(&policy), "Zta1b2c3", Some(own())).unwrap().unwrap();
        assert_eq!(added["Statement"], json!([other, own()]));
        let again = with(Some(&added.to_string()), "Zta1b2c3", Some(own())).unwrap();
        assert_eq!(again, None);
        let removed = with(Some(&added.to_string()), "Zta1b2c3", None).unwrap().unwrap();
        assert_eq!(removed["Statement"], json!([other]));
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_left_alone() {
        assert!(with(Some("[]"), "Zt", Some(own())).is_err());
    }
}
