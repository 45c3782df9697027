//! What a distribution shows to viewers: certificate, alternate names, web ACL.

use serde_json::json;

use crate::call::Call;
use crate::directory::Directory;
use crate::distribution::Distribution;
use crate::gateway::Gateway;
use crate::refusal::Refusal;

/// A certificate exists, is issued, is of us-east-1 and covers every alias.
pub(crate) async fn certificate(directory: &Directory<'_>, call: &Call, wanted: &Distribution) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(400, "InvalidViewerCertificate", message));
    let arn = &wanted.acm_certificate;
    if arn.is_empty() {
        if wanted.aliases.is_empty() || !wanted.iam_certificate.is_empty() {
            return Ok(());
        }
        return invalid(
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate \
             that validates your authorization to use the domain name.",
        );
    }
    let here = arn.starts_with(&format!("arn:aws:acm:us-east-1:{}:certificate/", call.account));
    let known = match here {
        true => directory.certificate(arn).await?,
        false => None,
    };
    let Some(known) = known.filter(|certificate| certificate["Status"] == "ISSUED") else {
        return invalid(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a \
             valid certificate chain.",
        );
    };
    let names: Vec<&str> = std::iter::once(&known["DomainName"])
        .chain(known["SubjectAlternativeNames"].as_array().into_iter().flatten())
        .filter_map(|name| name.as_str())
        .collect();
    if wanted
        .aliases
        .iter()
        .all(|alias| names.iter().any(|name| covers(name, alias)))
    {
        return Ok(());
    }
    invalid(
        "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that \
         you're trying to add.",
    )
}

/// No alias belongs to another distribution, of any account.
pub(crate) async fn aliases(gateway: &Gateway, call: &Call, wanted: &Distribution) -> Result<(), Refusal> {
    if wanted.aliases.is_empty() {
        return Ok(());
    }
    for account in gateway.known_accounts() {
        let own = account == call.account;
        let others = Directory::new(gateway, &account).distributions().await?;
        let taken = others
            .iter()
            .filter(|other| !(own && other.id == call.label("Id")))
            // Creating again with the same caller reference answers with the first distribution.
            .filter(|other| !(own && gateway.supplies.caller_references.is(&call.account, &other.id, wanted)))
            .flat_map(|other| &other.aliases)
            .any(|alias| wanted.aliases.iter().any(|mine| mine.eq_ignore_ascii_case(alias)));
        if taken {
            return Err(Refusal::new(
                409,
                "CNAMEAlreadyExists",
                "One or more of the CNAMEs you provided are already associated with a different resource.",
            ));
        }
    }
    Ok(())
}

/// The web ACL exists and is of the CLOUDFRONT scope.
pub(crate) async fn web_acl(directory: &Directory<'_>, call: &Call, wanted: &Distribution) -> Result<(), Refusal> {
    let arn = &wanted.web_acl;
    if arn.is_empty() {
        return Ok(());
    }
    let prefix = format!("arn:aws:wafv2:us-east-1:{}:global/webacl/", call.account);
    let found = match arn.strip_prefix(&prefix).and_then(|rest| rest.split_once('/')) {
        Some((name, id)) => {
            let body = json!({"Name": name, "Id": id, "Scope": "CLOUDFRONT"});
            !directory.waf("GetWebACL", &body).await?.is_null()
        }
        None => false,
    };
    match found {
        true => Ok(()),
        false => Err(Refusal::new(
            400,
            "InvalidWebACLId",
            "The web ACL is not valid: it does not exist or its scope is not CLOUDFRONT.",
        )),
    }
}

/// Whether a certificate's name covers a host; a wildcard stands for one label.
fn covers(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(rest) => host
            .split_once('.')
            .is_some_and(|(label, parent)| !label.is_empty() && parent.eq_ignore_ascii_case(rest)),
        None => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_wildcard_covers_one_label() {
        let cases = [
            ("a.example.com", "a.example.com", true),
            ("a.example.com", "A.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", false),
            ("*.example.com", "example.com", false),
            ("example.com", "a.example.com", false),
        ];
        for (name, host, expected) in cases {
            assert_eq!(covers(name, host), expected, "{name} {host}");
        }
    }
}
