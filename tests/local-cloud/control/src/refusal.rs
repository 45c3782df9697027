//! A refusal in AWS's words, and its form on the wire of each protocol.

use http::StatusCode;

use crate::call::{Call, Protocol};
use crate::http_message::Answer;

/// An error as AWS documents it: status, code and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
        }
    }

    /// The refusal of a request that carries no signature.
    pub(crate) fn unsigned(call: &Call) -> Self {
        match call.protocol() {
            Protocol::S3 => Self::new(403, "AccessDenied", "Access Denied"),
            Protocol::RestXml | Protocol::Query => Self::new(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            ),
            Protocol::Json => Self::new(
                400,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
            Protocol::RestJson => Self::new(
                403,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
        }
    }

    /// Writes the refusal as the call's service does.
    pub(crate) fn render(&self, call: &Call, request_id: &str) -> Answer {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = match call.protocol() {
            Protocol::RestXml => Answer::new(
                status,
                "text/xml",
                self.error_response("http://cloudfront.amazonaws.com/doc/2020-05-31/", request_id),
            ),
            Protocol::Query => Answer::new(
                status,
                "text/xml",
                self.error_response(query_name_space(call), request_id),
            ),
            Protocol::S3 => Answer::new(status, "application/xml", self.s3_error(request_id)),
            Protocol::Json => {
                let body = serde_json::json!({"__type": self.code, "message": self.message, "Message": self.message});
                Answer::new(status, "application/x-amz-json-1.1", body.to_string())
            }
            Protocol::RestJson => {
                let body =
                    serde_json::json!({"Type": self.fault_side(), "Message": self.message, "message": self.message});
                Answer::new(status, "application/json", body.to_string())
            }
        };
        if call.protocol() == Protocol::RestJson {
            answer.set("x-amzn-errortype", &self.code);
        }
        answer.set("x-amzn-requestid", request_id);
        answer
    }

    fn fault_side(&self) -> &'static str {
        if self.status < 500 { "User" } else { "Service" }
    }

    fn error_response(&self, name_space: &str, request_id: &str) -> String {
        let side = if self.status < 500 { "Sender" } else { "Receiver" };
        format!(
            "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"{name_space}\"><Error><Type>{side}</Type><Code>{}</Code>\
             <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
            escape(&self.code),
            escape(&self.message),
        )
    }

    fn s3_error(&self, request_id: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>\
             <RequestId>{request_id}</RequestId></Error>",
            escape(&self.code),
            escape(&self.message),
        )
    }
}

fn query_name_space(call: &Call) -> &'static str {
    match call.service.as_str() {
        "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
        _ => "https://iam.amazonaws.com/doc/2010-05-08/",
    }
}

/// Escapes text for XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The error code in an answer of ministack, whatever its form; empty when it is no error.
pub(crate) fn code_of(answer: &Answer) -> String {
    if answer.status.as_u16() < 400 {
        return String::new();
    }
    let header = answer.header("x-amzn-errortype");
    if !header.is_empty() {
        return short_code(header);
    }
    let text = answer.text();
    if let Some(code) = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
    {
        return code.0.to_owned();
    }
    let json = answer.as_json();
    let code = ["__type", "code", "Code"].iter().find_map(|name| json[*name].as_str());
    short_code(code.unwrap_or("Unknown"))
}

/// Drops what may surround a code: a name space before `#`, a link after `:`.
fn short_code(code: &str) -> String {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.split(':').next().unwrap_or(code).to_owned()
}
