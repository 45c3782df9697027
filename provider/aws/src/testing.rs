//! Canned answers for tests: the SDK's own replay client behind a connection of ours.

use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;

use crate::config::{Endpoints, Settings};
use crate::{Aws, Secret};

/// The time in the Date header of every canned answer: RFC 9110's example date in seconds since 1970.
pub(crate) const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
pub(crate) const DATE_SECONDS: u64 = 784_111_777;

/// One answer.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        headers: vec![("date", DATE.to_owned())],
        body: body.into(),
    }
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(crate) fn etag(self, value: &str) -> Self {
        self.header("etag", value)
    }

    fn event(self) -> ReplayEvent {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let request = http::Request::builder()
            .uri("https://unchecked")
            .body(SdkBody::empty())
            .unwrap();
        ReplayEvent::new(request, response.body(SdkBody::from(self.body)).unwrap())
    }
}

/// An error in CloudFront's, IAM's and S3's form.
pub(crate) fn xml_error(status: u16, code: &str, message: &str) -> Answer {
    answer(
        status,
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>req-1</RequestId></ErrorResponse>"
        ),
    )
    .header("x-amzn-requestid", "req-1")
}

/// An error in the form of the services that speak JSON.
pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Answer {
    answer(status, format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
        .header("x-amzn-errortype", code)
        .header("x-amzn-requestid", "req-1")
}

/// A request as it went out.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A connection whose answers are canned, and what it sent.
pub(crate) struct Canned {
    pub(crate) aws: Aws,
    client: StaticReplayClient,
}

impl Canned {
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.client
            .actual_requests()
            .map(|request| Sent {
                line: format!("{} {}", request.method(), request.uri()),
                headers: request
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
            })
            .collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
    }
}

/// Settings that ask nobody: static credentials, and endpoints that no resolver knows.
pub(crate) fn settings() -> Settings {
    // An empty file instead of the developer's own.
    let nowhere = "/dev/null".to_owned();
    let here = Some("http://aws.invalid".to_owned());
    Settings {
        region: Some("eu-central-1".to_owned()),
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some(Secret::new("wJalrXUtnFEMI")),
        shared_config_files: vec![nowhere.clone()],
        shared_credentials_files: vec![nowhere],
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        endpoints: Endpoints {
            cloudfront: here.clone(),
            cloudfront_keyvaluestore: here.clone(),
            events: here.clone(),
            iam: here.clone(),
            lambda: here.clone(),
            logs: here.clone(),
            s3: here.clone(),
            secretsmanager: here.clone(),
            sqs: here.clone(),
            sts: here.clone(),
            wafv2: here,
        },
        max_retries: Some(4),
        ..Settings::default()
    }
}

pub(crate) async fn canned(answers: impl IntoIterator<Item = Answer>) -> Canned {
    canned_with(settings(), answers).await.unwrap()
}

pub(crate) async fn canned_with(
    settings: Settings,
    answers: impl IntoIterator<Item = Answer>,
) -> Result<Canned, crate::ConnectError> {
    let events = answers.into_iter().map(Answer::event).collect();
    let client = StaticReplayClient::new(events);
    let aws = Aws::connect_with(settings, SharedHttpClient::new(client.clone())).await?;
    Ok(Canned { aws, client })
}
