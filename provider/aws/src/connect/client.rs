//! One client per service, built when first used.
//!
//! Services of CloudFront's scope are called in us-east-1 whatever the home region. An endpoint comes from the provider
//! block, else from the service's own variable or profile entry, else from the general ones.

use aws_config::Region;
use aws_sdk_cloudfrontkeyvaluestore::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_smithy_types::Document;
use aws_types::service_config::ServiceConfigKey;

use super::{Aws, Shared};
use crate::call::Patience;
use crate::cloudfront::CloudFront;
use crate::cloudwatch_logs::Logs;
use crate::config::GLOBAL_REGION;
use crate::events::Events;
use crate::iam::Iam;
use crate::keyvalue::KeyValue;
use crate::lambda::Lambda;
use crate::s3::S3;
use crate::secretsmanager::SecretsManager;
use crate::sqs::Sqs;
use crate::sts::Sts;
use crate::wafv2::Wafv2;

/// The regular way to a client: region, endpoint, observer.
macro_rules! client {
    ($sdk:ident, $shared:expr, $region:expr, $endpoint:expr) => {{
        let shared: &Shared = $shared;
        let mut builder = $sdk::config::Builder::from(&shared.sdk)
            .interceptor(shared.observer.clone())
            .retry_classifier(Patience);
        builder.set_region($region);
        if let Some(url) = $endpoint {
            builder = builder.endpoint_url(url);
        }
        $sdk::Client::from_conf(builder.build())
    }};
}

impl Aws {
    /// CloudFront's control plane.
    #[must_use]
    pub fn cloudfront(&self) -> CloudFront {
        let shared = &self.shared;
        let client = shared.cloudfront.get_or_init(|| {
            let endpoint = shared.endpoint(&shared.settings.endpoints.cloudfront, "CloudFront");
            client!(aws_sdk_cloudfront, shared, global(), endpoint)
        });
        CloudFront::new(client.clone(), self.caller("CloudFront"))
    }

    /// The keys and values of one store, by its ARN.
    #[must_use]
    pub fn keyvalue(&self, store_arn: &str) -> KeyValue {
        let client = self.shared.keyvalue.get_or_init(|| keyvalue_client(&self.shared));
        KeyValue::new(client.clone(), self.caller("CloudFront KeyValueStore"), store_arn)
    }

    /// IAM.
    #[must_use]
    pub fn iam(&self) -> Iam {
        let shared = &self.shared;
        let client = shared.iam.get_or_init(|| {
            let endpoint = shared.endpoint(&shared.settings.endpoints.iam, "IAM");
            client!(aws_sdk_iam, shared, global(), endpoint)
        });
        Iam::new(client.clone(), self.caller("IAM"))
    }

    /// Lambda in us-east-1, where functions for the edge live.
    #[must_use]
    pub fn lambda(&self) -> Lambda {
        let shared = &self.shared;
        let client = shared.lambda.get_or_init(|| {
            let endpoint = shared.endpoint(&shared.settings.endpoints.lambda, "Lambda");
            client!(aws_sdk_lambda, shared, global(), endpoint)
        });
        Lambda::new(client.clone(), self.caller("Lambda"))
    }

    /// Lambda in a region of the user's choice, for functions that are not for the edge.
    #[must_use]
    pub fn lambda_in(&self, region: &str) -> Lambda {
        let shared = &self.shared;
        let endpoint = shared.endpoint(&shared.settings.endpoints.lambda, "Lambda");
        let client = client!(aws_sdk_lambda, shared, regional(region), endpoint);
        Lambda::new(client, self.caller("Lambda"))
    }

    /// Queues of one region.
    #[must_use]
    pub fn sqs(&self, region: &str) -> Sqs {
        let client = client!(aws_sdk_sqs, &self.shared, regional(region), self.sqs_endpoint());
        Sqs::new(client, self.caller("SQS"))
    }

    /// The endpoint that replaces SQS's own, for code that calls it elsewhere.
    #[must_use]
    pub fn sqs_endpoint(&self) -> Option<String> {
        self.shared.endpoint(&self.shared.settings.endpoints.sqs, "SQS")
    }

    /// Rules of one region.
    #[must_use]
    pub fn events(&self, region: &str) -> Events {
        let endpoint = self
            .shared
            .endpoint(&self.shared.settings.endpoints.events, "EventBridge");
        let client = client!(aws_sdk_eventbridge, &self.shared, regional(region), endpoint);
        Events::new(client, self.caller("EventBridge"))
    }

    /// Log groups of one region.
    #[must_use]
    pub fn logs(&self, region: &str) -> Logs {
        let endpoint = self
            .shared
            .endpoint(&self.shared.settings.endpoints.logs, "CloudWatch Logs");
        let client = client!(aws_sdk_cloudwatchlogs, &self.shared, regional(region), endpoint);
        Logs::new(client, self.caller("CloudWatch Logs"))
    }

    /// The endpoint that replaces the KeyValueStore's own, for code that calls it elsewhere.
    #[must_use]
    pub fn keyvalue_endpoint(&self) -> Option<String> {
        let shared = &self.shared;
        shared.endpoint(
            &shared.settings.endpoints.cloudfront_keyvaluestore,
            "CloudFront KeyValueStore",
        )
    }

    /// Secrets Manager in us-east-1.
    #[must_use]
    pub fn secretsmanager(&self) -> SecretsManager {
        let shared = &self.shared;
        let client = shared.secrets.get_or_init(|| {
            let endpoint = shared.endpoint(&shared.settings.endpoints.secretsmanager, "Secrets Manager");
            client!(aws_sdk_secretsmanager, shared, global(), endpoint)
        });
        SecretsManager::new(client.clone(), self.caller("Secrets Manager"))
    }

    /// The endpoint that replaces Secrets Manager's own, for code that calls it elsewhere.
    #[must_use]
    pub fn secretsmanager_endpoint(&self) -> Option<String> {
        self.shared
            .endpoint(&self.shared.settings.endpoints.secretsmanager, "Secrets Manager")
    }

    /// The web application firewall in CloudFront's scope.
    #[must_use]
    pub fn wafv2(&self) -> Wafv2 {
        let shared = &self.shared;
        let client = shared.wafv2.get_or_init(|| {
            let endpoint = shared.endpoint(&shared.settings.endpoints.wafv2, "WAFV2");
            client!(aws_sdk_wafv2, shared, global(), endpoint)
        });
        Wafv2::new(client.clone(), self.caller("WAFV2"))
    }

    /// Buckets of one region.
    #[must_use]
    pub fn s3(&self, region: &str) -> S3 {
        let shared = &self.shared;
        let endpoint = shared.endpoint(&shared.settings.endpoints.s3, "S3");
        let path_style = endpoint.is_some() || shared.settings.s3_use_path_style;
        let mut builder = aws_sdk_s3::config::Builder::from(&shared.sdk)
            .interceptor(shared.observer.clone())
            .retry_classifier(Patience)
            .region(Region::new(region.to_owned()))
            .force_path_style(path_style);
        if let Some(url) = endpoint {
            builder = builder.endpoint_url(url);
        }
        let client = aws_sdk_s3::Client::from_conf(builder.build());
        S3::new(client, self.caller("S3"))
    }

    /// The endpoint that replaces STS's own, for code that calls it elsewhere.
    #[must_use]
    pub fn sts_endpoint(&self) -> Option<String> {
        self.shared.endpoint(&self.shared.settings.endpoints.sts, "STS")
    }

    /// STS in the home region: regional, because the KeyValueStore refuses tokens of the global endpoint.
    #[must_use]
    pub fn sts(&self) -> Sts {
        let shared = &self.shared;
        let endpoint = shared.endpoint(&shared.settings.endpoints.sts, "STS");
        let client = client!(aws_sdk_sts, shared, shared.sdk.region().cloned(), endpoint);
        Sts::new(client, self.caller("STS"))
    }
}

#[allow(clippy::unnecessary_wraps, reason = "the setter takes an option")]
fn global() -> Option<Region> {
    Some(Region::from_static(GLOBAL_REGION))
}

#[allow(clippy::unnecessary_wraps, reason = "the setter takes an option")]
fn regional(region: &str) -> Option<Region> {
    Some(Region::new(region.to_owned()))
}

impl Shared {
    fn endpoint(&self, setting: &Option<String>, service_id: &str) -> Option<String> {
        if setting.is_some() {
            return setting.clone();
        }
        // In shared files AWS writes ids with underscores, the SDK looks for hyphens; in variables both agree.
        let service_id = service_id.replace(' ', "_");
        let key = ServiceConfigKey::builder()
            .service_id(&service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        self.sdk
            .service_config()
            .and_then(|files| files.load_config(key))
            .or_else(|| self.sdk.endpoint_url().map(str::to_owned))
    }
}

fn keyvalue_client(shared: &Shared) -> aws_sdk_cloudfrontkeyvaluestore::Client {
    let endpoint = shared.endpoint(
        &shared.settings.endpoints.cloudfront_keyvaluestore,
        "CloudFront KeyValueStore",
    );
    // The service has no endpoint of its own in a builder's override: that is prefixed with the account.
    let sdk = shared.sdk.clone();
    let mut builder = aws_sdk_cloudfrontkeyvaluestore::config::Builder::from(&sdk)
        .interceptor(shared.observer.clone())
        .retry_classifier(Patience)
        .region(Region::from_static(GLOBAL_REGION));
    if let Some(url) = endpoint {
        builder = builder.endpoint_resolver(Fixed(url));
    }
    aws_sdk_cloudfrontkeyvaluestore::Client::from_conf(builder.build())
}

/// An endpoint as it stands, signed as the service asks for. The SDK's own resolver puts the account in front of the
/// host of any override, which no local resolver knows and an address cannot carry.
#[derive(Debug)]
struct Fixed(String);

impl ResolveEndpoint for Fixed {
    fn resolve_endpoint(&self, _: &Params) -> EndpointFuture<'_> {
        let text = |value: &str| Document::String(value.to_owned());
        let scheme = [
            ("name".to_owned(), text("sigv4a")),
            ("signingName".to_owned(), text("cloudfront-keyvaluestore")),
            ("signingRegionSet".to_owned(), Document::Array(vec![text("*")])),
        ];
        let scheme = Document::Object(scheme.into_iter().collect());
        EndpointFuture::ready(Ok(Endpoint::builder()
            .url(self.0.clone())
            .property("authSchemes", vec![scheme])
            .build()))
    }
}
