//! The REST operations of AWS's own service models, and the match of a request to one of them.

use std::collections::BTreeMap;

use crate::http_message::{Incoming, decode, query_pairs};

/// The operations of all REST services.
#[derive(Debug)]
pub(crate) struct Operations {
    services: BTreeMap<&'static str, Vec<Route>>,
}

#[derive(Debug)]
struct Route {
    method: &'static str,
    segments: Vec<Segment>,
    query: Vec<(&'static str, Option<&'static str>)>,
    headers: Vec<&'static str>,
    name: &'static str,
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Label(&'static str),
    /// The rest of the path, slashes included.
    Rest(&'static str),
}

/// An operation and the members of its path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) operation: &'static str,
    pub(crate) labels: BTreeMap<String, String>,
}

impl Operations {
    pub(crate) fn load() -> Self {
        let tables = [
            ("cloudfront", include_str!("../operations/cloudfront.tsv")),
            (
                "cloudfront-keyvaluestore",
                include_str!("../operations/cloudfront-keyvaluestore.tsv"),
            ),
            ("lambda", include_str!("../operations/lambda.tsv")),
            ("s3", include_str!("../operations/s3.tsv")),
            ("scheduler", include_str!("../operations/scheduler.tsv")),
        ];
        let services = tables
            .into_iter()
            .map(|(service, table)| (service, table.lines().filter_map(Route::parse).collect()))
            .collect();
        Self { services }
    }

    /// Whether the service is described by paths.
    pub(crate) fn knows(&self, service: &str) -> bool {
        self.services.contains_key(service)
    }

    /// The operation of a request; the one with the most fixed parts wins.
    pub(crate) fn find(&self, service: &str, request: &Incoming) -> Option<Matched> {
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        self.services
            .get(service)?
            .iter()
            .filter_map(|route| {
                let labels = route.matches(request, &query)?;
                Some((route.weight(), route.name, labels))
            })
            .max_by_key(|(weight, name, _)| (*weight, std::cmp::Reverse(*name)))
            .map(|(_, operation, labels)| Matched { operation, labels })
    }
}

impl Route {
    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (method, template, name) = (columns.next()?, columns.next()?, columns.next()?);
        let headers = columns.next().unwrap_or_default();
        let (path, query) = template.split_once('?').unwrap_or((template, ""));
        Some(Self {
            method,
            segments: path.split('/').skip(1).map(Segment::parse).collect(),
            query: parts(query, '&')
                .map(|part| match part.split_once('=') {
                    Some((key, value)) => (key, Some(value)),
                    None => (part, None),
                })
                .collect(),
            headers: parts(headers, ',').collect(),
            name,
        })
    }

    fn weight(&self) -> (usize, usize) {
        let literals = self
            .segments
            .iter()
            .filter(|segment| matches!(segment, Segment::Literal(_)))
            .count();
        (self.query.len() + self.headers.len(), literals)
    }

    fn matches(&self, request: &Incoming, query: &BTreeMap<String, String>) -> Option<BTreeMap<String, String>> {
        let fixed = self.method == request.method.as_str()
            && self.headers.iter().all(|name| request.headers.contains_key(*name))
            && self.query.iter().all(|(key, value)| match (query.get(*key), value) {
                (Some(got), Some(wanted)) => got == wanted,
                (Some(_), None) => true,
                (None, _) => false,
            });
        if !fixed {
            return None;
        }
        let path = request.path.strip_prefix('/').unwrap_or(&request.path);
        let path = path.strip_suffix('/').unwrap_or(path);
        Segment::match_all(&self.segments, path)
    }
}

impl Segment {
    fn parse(text: &'static str) -> Self {
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(label) => match label.strip_suffix('+') {
                Some(label) => Self::Rest(label),
                None => Self::Label(label),
            },
            None => Self::Literal(text),
        }
    }

    fn match_all(segments: &[Self], path: &str) -> Option<BTreeMap<String, String>> {
        let mut labels = BTreeMap::new();
        let mut rest = Some(path);
        for segment in segments {
            let current = rest?;
            if let Self::Rest(label) = segment {
                labels.insert((*label).to_owned(), decode(current));
                return (!current.is_empty()).then_some(labels);
            }
            let (part, after) = match current.split_once('/') {
                Some((part, after)) => (part, Some(after)),
                None => (current, None),
            };
            match segment {
                Self::Literal(text) if *text == part => {}
                Self::Label(label) if !part.is_empty() => {
                    labels.insert((*label).to_owned(), decode(part));
                }
                _ => return None,
            }
            rest = after;
        }
        rest.is_none().then_some(labels)
    }
}

fn parts(text: &'static str, separator: char) -> impl Iterator<Item = &'static str> {
    text.split(separator).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(service: &str, method: &str, target: &str, expected: Option<&str>) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Incoming {
            method: method.parse().unwrap(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: http::HeaderMap::new(),
            body: bytes::Bytes::new(),
        };
        let found = Operations::load().find(service, &request);
        assert_eq!(
            found.map(|found| found.operation),
            expected,
            "{service} {method} {target}"
        );
    }

    #[test]
    fn requests_are_named_by_the_words_of_aws() {
        let cf = "cloudfront";
        check(cf, "POST", "/2020-05-31/distribution", Some("CreateDistribution"));
        check(
            cf,
            "POST",
            "/2020-05-31/distribution?WithTags",
            Some("CreateDistributionWithTags"),
        );
        check(
            cf,
            "GET",
            "/2020-05-31/distribution/E1/config",
            Some("GetDistributionConfig"),
        );
        check(cf, "POST", "/2020-05-31/function/f/test", Some("TestFunction"));
        check(
            cf,
            "POST",
            "/2020-05-31/tagging?Operation=Tag&Resource=arn",
            Some("TagResource"),
        );
        check(cf, "GET", "/2020-05-31/nothing", None);
        let kvs = "cloudfront-keyvaluestore";
        let arn = "arn%3Aaws%3Acloudfront%3A%3A1%3Akey-value-store%2Fx";
        check(
            kvs,
            "GET",
            &format!("/key-value-stores/{arn}"),
            Some("DescribeKeyValueStore"),
        );
        check(
            kvs,
            "POST",
            &format!("/key-value-stores/{arn}/keys"),
            Some("UpdateKeys"),
        );
        check(
            kvs,
            "GET",
            &format!("/key-value-stores/{arn}/keys/p%3AAA"),
            Some("GetKey"),
        );
        check("lambda", "POST", "/2015-03-31/functions", Some("CreateFunction"));
        check(
            "lambda",
            "POST",
            "/2015-03-31/functions/f/versions",
            Some("PublishVersion"),
        );
        check(
            "lambda",
            "DELETE",
            "/2015-03-31/functions/f?Qualifier=1",
            Some("DeleteFunction"),
        );
        check("s3", "GET", "/", Some("ListBuckets"));
        check("s3", "PUT", "/bucket", Some("CreateBucket"));
        check("s3", "PUT", "/bucket/?policy", Some("PutBucketPolicy"));
        check("s3", "PUT", "/bucket/a/b.html", Some("PutObject"));
        check("s3", "GET", "/bucket?list-type=2&prefix=a", Some("ListObjectsV2"));
    }
}
