//! The words for a failed call: one summary line, then what happened, why, and what to do.

use std::fmt::Write as _;

use super::{Details, ErrorKind};

/// A failure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// One line.
    pub summary: String,
    /// What happened, why, what to do, and AWS's request id.
    pub detail: String,
}

pub(super) fn explain(details: &Details) -> Explanation {
    let summary = match details.kind {
        ErrorKind::Denied if is_credential_fault(details) => "AWS does not accept the credentials".to_owned(),
        ErrorKind::Denied => match denied_action(details) {
            Some(action) => format!("AWS denied {action}"),
            None => format!("AWS denied {}", details.operation),
        },
        ErrorKind::Throttled => format!("{} throttled {}", details.service, details.operation),
        ErrorKind::Quota => format!("Limit of {} reached", details.service),
        ErrorKind::Conflict => format!("{} was changed by another writer", details.object),
        ErrorKind::Exists => format!("{} exists already", details.object),
        ErrorKind::NotFound => format!("{} does not exist", details.object),
        ErrorKind::InUse => format!("{} is still in use", details.object),
        ErrorKind::Stopped => "Stopped".to_owned(),
        ErrorKind::TimedOut => format!("Waiting for {} took too long", details.object),
        ErrorKind::Invalid | ErrorKind::Transient | ErrorKind::Other => {
            format!("{} {} failed", details.service, details.operation)
        }
    };
    Explanation {
        summary,
        detail: detail(details),
    }
}

fn detail(details: &Details) -> String {
    let mut text = format!("{} of {} ({})", details.operation, details.object, details.service);
    match (&details.code, details.message.is_empty()) {
        (Some(code), false) => write(&mut text, format_args!(": {code}: {}", details.message)),
        (Some(code), true) => write(&mut text, format_args!(": {code}")),
        (None, false) => write(&mut text, format_args!(": {}", details.message)),
        (None, true) => {}
    }
    if !text.ends_with('.') {
        text.push('.');
    }
    if details.tries > 1 {
        write(
            &mut text,
            format_args!(
                "\nIt was tried {} times in {:.1} s.",
                details.tries,
                details.elapsed.as_secs_f64()
            ),
        );
    }
    text.push('\n');
    text.push_str(&advice(details));
    if let Some(id) = &details.request_id {
        write(&mut text, format_args!("\nAWS request id: {id}"));
    }
    text
}

fn advice(details: &Details) -> String {
    match details.kind {
        ErrorKind::Denied if is_credential_fault(details) => {
            "Check which credentials are in use (provider block, then environment, then shared files), and renew them if they have expired.".to_owned()
        }
        ErrorKind::Denied => format!(
            "Allow {} on {} in the policy of the caller, or take away the statement or boundary that denies it.",
            denied_action(details).unwrap_or_else(|| details.operation.to_owned()),
            denied_resource(details).unwrap_or_else(|| details.object.clone()),
        ),
        ErrorKind::Throttled => "Apply again, with a lower -parallelism or a higher max_retries; other tools may be using up the same rate.".to_owned(),
        ErrorKind::Quota => "Remove what is no longer needed, or ask AWS for a higher limit in Service Quotas.".to_owned(),
        ErrorKind::Conflict => "Nothing was overwritten. Apply again: the plan then starts from what the other writer left.".to_owned(),
        ErrorKind::Exists => "Import the existing object, remove it, or choose another name.".to_owned(),
        ErrorKind::NotFound => "It may have been removed by hand. Plan again to see what is missing.".to_owned(),
        ErrorKind::InUse => "Remove what uses it first, then apply again.".to_owned(),
        ErrorKind::Invalid => "The request is refused as it stands: change the configuration that leads to it.".to_owned(),
        ErrorKind::Transient => "The fault lies on the way or at AWS. Apply again.".to_owned(),
        ErrorKind::Stopped => "The operation was cancelled. What was done so far is kept; apply again to go on.".to_owned(),
        ErrorKind::TimedOut => "Apply again, or set a longer time in `timeouts`.".to_owned(),
        ErrorKind::Other => "Apply again; if it stays, report it with the request id.".to_owned(),
    }
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = text.write_fmt(arguments);
}

fn is_credential_fault(details: &Details) -> bool {
    matches!(
        details.code.as_deref(),
        Some(
            "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "SignatureDoesNotMatch"
                | "InvalidSignatureException"
                | "ExpiredToken"
                | "ExpiredTokenException"
                | "InvalidAccessKeyId"
                | "MissingAuthenticationToken"
                | "MissingAuthenticationTokenException"
                | "IncompleteSignature"
                | super::NO_CREDENTIALS
        )
    )
}

/// AWS writes "... is not authorized to perform: <action> on resource: <arn> because ...".
pub(super) fn denied_action(details: &Details) -> Option<String> {
    if details.kind != ErrorKind::Denied || is_credential_fault(details) {
        return None;
    }
    let named = word_after(&details.message, "to perform: ").filter(|word| word.contains(':'));
    Some(named.unwrap_or_else(|| format!("{}:{}", iam_prefix(details.service), iam_action(details))))
}

pub(super) fn denied_resource(details: &Details) -> Option<String> {
    if details.kind != ErrorKind::Denied || is_credential_fault(details) {
        return None;
    }
    word_after(&details.message, "on resource: ")
        .filter(|word| word.starts_with("arn:") || word == "*")
        .or_else(|| Some(details.object.clone()))
}

fn word_after(text: &str, marker: &str) -> Option<String> {
    let rest = text.split_once(marker)?.1;
    let word = rest.split_whitespace().next()?;
    Some(word.trim_end_matches([',', '.']).to_owned())
}

fn iam_prefix(service: &str) -> &'static str {
    match service {
        "CloudFront" => "cloudfront",
        "CloudFront KeyValueStore" => "cloudfront-keyvaluestore",
        "IAM" => "iam",
        "Lambda" => "lambda",
        "S3" => "s3",
        "Secrets Manager" => "secretsmanager",
        "STS" => "sts",
        "WAFV2" => "wafv2",
        _ => "aws",
    }
}

/// Calls whose permission has another name than the call.
fn iam_action(details: &Details) -> &'static str {
    match (details.service, details.operation) {
        ("CloudFront", "CreateDistributionWithTags") => "CreateDistribution",
        ("CloudFront", "GetDistributionConfig") => "GetDistributionConfig",
        (_, operation) => operation,
    }
}
