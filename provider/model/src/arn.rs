//! ARNs, one type for each kind of AWS object that we name.
//!
//! A parsed ARN is known to be of its service and shape, so that a bucket never stands where a certificate belongs.
//! The account is not compared with anything: who may use what is AWS's to say.

use std::fmt;

/// Why a text is not an ARN of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not the ARN of {kind}: {reason}")]
pub struct ArnError {
    /// What it should have been: "a certificate".
    pub kind: &'static str,
    /// What was written.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What sets the ARNs of one kind apart.
struct Shape {
    kind: &'static str,
    service: &'static str,
    /// Required region; empty for a global service, `None` for any.
    region: Option<&'static str>,
    /// What the resource part begins with.
    resource: &'static str,
}

struct Parts<'a> {
    partition: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        (parts.next()? == "arn").then_some(())?;
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

impl Shape {
    fn check(&self, text: &str) -> Result<(), String> {
        if text.len() > 2_048 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("an ARN is printable ASCII of at most 2,048 characters".into());
        }
        let parts = Parts::of(text).ok_or("it lacks the form arn:partition:service:region:account:resource")?;
        if !parts.partition.starts_with("aws") {
            return Err(format!("{:?} is no AWS partition", parts.partition));
        }
        if parts.service != self.service {
            return Err(format!(
                "its service is {:?}, it should be {:?}",
                parts.service, self.service
            ));
        }
        if let Some(region) = self.region.filter(|region| *region != parts.region) {
            return Err(match region {
                "" => format!("the service is global, but it names the region {:?}", parts.region),
                _ => format!("its region is {:?}, CloudFront needs {region:?}", parts.region),
            });
        }
        if parts.account.len() != 12 || !parts.account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("the account is not twelve digits".into());
        }
        match parts.resource.strip_prefix(self.resource) {
            Some(rest) if !rest.is_empty() => Ok(()),
            _ => Err(format!("its resource should begin with {:?}", self.resource)),
        }
    }
}

macro_rules! arns {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $service:literal, $region:expr, $resource:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks service, region and shape.
            ///
            /// # Errors
            /// With the reason, when the text is not an ARN of this kind.
            pub fn parse(text: &str) -> Result<Self, ArnError> {
                let shape = Shape { kind: $kind, service: $service, region: $region, resource: $resource };
                match shape.check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(reason) => Err(ArnError { kind: shape.kind, value: text.to_owned(), reason }),
                }
            }

            /// The ARN as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The resource part without the prefix of its kind.
            #[must_use]
            pub fn resource(&self) -> &str {
                Parts::of(&self.0)
                    .and_then(|parts| parts.resource.strip_prefix($resource))
                    .unwrap_or_default()
            }

            /// The twelve digits of the account.
            #[must_use]
            pub fn account(&self) -> &str {
                Parts::of(&self.0).map(|parts| parts.account).unwrap_or_default()
            }

            /// The region; empty for a global service.
            #[must_use]
            pub fn region(&self) -> &str {
                Parts::of(&self.0).map(|parts| parts.region).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

arns! {
    /// A KeyValueStore of CloudFront.
    KeyValueStoreArn, "a KeyValueStore", "cloudfront", Some(""), "key-value-store/";
    /// A CloudFront Function.
    FunctionArn, "a CloudFront Function", "cloudfront", Some(""), "function/";
    /// A distribution.
    DistributionArn, "a distribution", "cloudfront", Some(""), "distribution/";
    /// A secret of Secrets Manager, in any region.
    SecretArn, "a secret", "secretsmanager", None, "secret:";
    /// A Lambda function of us-east-1, with or without version: Lambda@Edge lives nowhere else.
    LambdaArn, "a Lambda function", "lambda", Some("us-east-1"), "function:";
    /// A certificate of us-east-1: CloudFront reads no other region's.
    CertificateArn, "a certificate", "acm", Some("us-east-1"), "certificate/";
    /// A web ACL of CloudFront's scope.
    WebAclArn, "a web ACL of CloudFront", "wafv2", Some("us-east-1"), "global/webacl/";
    /// A role.
    RoleArn, "a role", "iam", Some(""), "role/";
}

impl LambdaArn {
    /// The function's name and, where the ARN has one, its numbered version.
    #[must_use]
    pub fn name_and_version(&self) -> (&str, Option<&str>) {
        match self.resource().split_once(':') {
            Some((name, version)) => (name, Some(version)),
            None => (self.resource(), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_outside_us_east_1_is_refused_with_the_reason() {
        let error = CertificateArn::parse("arn:aws:acm:eu-central-1:123456789012:certificate/ab").unwrap_err();
        assert_eq!(
            error.reason,
            "its region is \"eu-central-1\", CloudFront needs \"us-east-1\""
        );
        assert!(CertificateArn::parse("arn:aws:acm:us-east-1:123456789012:certificate/ab").is_ok());
    }

    #[test]
    fn kinds_are_not_mixed_up() {
        let store = "arn:aws:cloudfront::123456789012:key-value-store/1a2b";
        assert_eq!(KeyValueStoreArn::parse(store).unwrap().resource(), "1a2b");
        assert!(FunctionArn::parse(store).is_err());
        assert!(SecretArn::parse(store).is_err());
        for wrong in [
            "",
            "1a2b",
            "arn:aws:cloudfront::123:key-value-store/x",
            "arn:aws:cloudfront::123456789012:key-value-store/",
            "arn:aws:cloudfront:us-east-1:123456789012:key-value-store/x",
            "arn:gcp:cloudfront::123456789012:key-value-store/x",
        ] {
            assert!(KeyValueStoreArn::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lambda_arn_tells_name_and_version() {
        let version = LambdaArn::parse("arn:aws:lambda:us-east-1:123456789012:function:zt-auth:7").unwrap();
        assert_eq!(version.name_and_version(), ("zt-auth", Some("7")));
        let bare = LambdaArn::parse("arn:aws:lambda:us-east-1:123456789012:function:zt-auth").unwrap();
        assert_eq!(bare.name_and_version(), ("zt-auth", None));
    }
}
