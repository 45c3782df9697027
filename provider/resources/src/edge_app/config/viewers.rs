//! How viewers reach the application: hosts, certificate, TLS, headers of answers.

use super::{attribute, read};
use crate::edge_app::form::Form;
use zt_framework::{Diagnostics, Value};

/// The side of the distribution that faces viewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Viewers {
    /// Own host names, sorted; empty for CloudFront's.
    pub(in crate::edge_app) aliases: Vec<String>,
    pub(in crate::edge_app) certificate_arn: Option<String>,
    pub(in crate::edge_app) port: u16,
    pub(in crate::edge_app) minimum_tls: String,
    pub(in crate::edge_app) price_class: String,
    pub(in crate::edge_app) http_version: String,
    pub(in crate::edge_app) ipv6: bool,
}

impl Viewers {
    /// The redirect URIs of a login, given CloudFront's host name when there are no aliases.
    pub(in crate::edge_app) fn redirect_uris(&self, auth_prefix: &str, assigned: Option<&str>) -> Option<Vec<String>> {
        let port = match self.port {
            443 => String::new(),
            port => format!(":{port}"),
        };
        let uri = |host: &str| format!("https://{host}{port}{auth_prefix}/callback");
        match self.aliases.is_empty() {
            true => assigned.map(|host| vec![uri(host)]),
            false => Some(self.aliases.iter().map(|host| uri(host)).collect()),
        }
    }
}

/// Security headers of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct ResponseHeaders {
    pub(in crate::edge_app) content_security_policy: Option<String>,
    pub(in crate::edge_app) frame_options: String,
    pub(in crate::edge_app) referrer_policy: String,
    pub(in crate::edge_app) hsts_max_age: i64,
    pub(in crate::edge_app) hsts_subdomains: bool,
}

pub(super) fn read(form: Form, object: &Value, diagnostics: &mut Diagnostics) -> Option<Viewers> {
    let aliases = object.get("aliases");
    let certificate = object.get("certificate_arn");
    let has_aliases = !aliases.is_null() && (aliases.is_unknown() || !aliases.elements().is_empty());
    if form == Form::Whole && has_aliases && !aliases.is_unknown() && certificate.is_null() {
        diagnostics.error_at(
            attribute("certificate_arn"),
            "Certificate missing",
            "Aliases need a certificate that covers them. Give certificate_arn, an ACM certificate in us-east-1, or \
             leave the aliases out to use the host name that CloudFront assigns.",
        );
        return None;
    }
    let mut names = read::texts(aliases)?;
    names.sort();
    Some(Viewers {
        aliases: names,
        certificate_arn: read::optional_text(certificate)?,
        port: read::port(object.get("viewer_port"), 443)?,
        minimum_tls: read::text_or(object.get("minimum_tls"), "TLSv1.2_2021")?,
        price_class: read::text_or(object.get("price_class"), "PriceClass_All")?,
        http_version: read::text_or(object.get("http_version"), "http2and3")?,
        ipv6: read::flag(object.get("ipv6"), true)?,
    })
}

pub(super) fn response_headers(value: &Value) -> Option<ResponseHeaders> {
    if value.is_unknown() {
        return None;
    }
    Some(ResponseHeaders {
        content_security_policy: read::optional_text(value.get("content_security_policy"))?,
        frame_options: read::text_or(value.get("frame_options"), "DENY")?,
        referrer_policy: read::text_or(value.get("referrer_policy"), "strict-origin-when-cross-origin")?,
        hsts_max_age: read::number(value.get("strict_transport_security_max_age"), 31_536_000)?,
        hsts_subdomains: read::flag(value.get("strict_transport_security_subdomains"), false)?,
    })
}
