//! A visitor of the edge: a cookie jar, one step a request, every host name resolved to loopback.
//!
//! It sends what a browser's navigation sends, so that the edge takes it for one; `fetch` sends what a script sends.

use crate::endpoints::Endpoints;
use crate::form::Form;
use reqwest::blocking::{Client, Response};
use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, Url};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

#[derive(Clone)]
pub struct Visitor {
    client: Client,
    jar: Arc<reqwest::cookie::Jar>,
    port: u16,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Where a redirect leads, absolute.
    pub fn location(&self) -> Option<Url> {
        let value = self.headers.get(LOCATION)?.to_str().ok()?;
        self.url.join(value).ok()
    }

    pub fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status) && self.headers.contains_key(LOCATION)
    }
}

struct Loopback;

impl reqwest::dns::Resolve for Loopback {
    fn resolve(&self, _name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let addresses: reqwest::dns::Addrs = Box::new(std::iter::once(address));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

impl Visitor {
    pub fn new(endpoints: &Endpoints) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let pem = std::fs::read(&endpoints.edge.ca_file).expect("the local cloud's certificate");
        let jar = Arc::new(reqwest::cookie::Jar::default());
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_provider(Arc::clone(&jar))
            // The firewall's managed rules refuse requests without one.
            .user_agent("Mozilla/5.0 (X11; Linux x86_64) zt-visitor")
            .dns_resolver(Arc::new(Loopback))
            .add_root_certificate(reqwest::Certificate::from_pem(&pem).expect("a certificate"))
            .timeout(std::time::Duration::from_secs(60))
            .build()
            .expect("a client");
        Self {
            client,
            jar,
            port: endpoints.edge.port,
        }
    }

    /// The address of a path of a host at the edge.
    pub fn url(&self, host: &str, path: &str) -> Url {
        Url::parse(&format!("https://{host}:{}{path}", self.port)).expect("a valid address")
    }

    /// One navigation, redirects not followed.
    pub fn navigate(&self, url: Url) -> Answer {
        self.send(Method::GET, url, &NAVIGATION, None)
    }

    /// One request as a script makes it.
    pub fn fetch(&self, method: Method, url: Url) -> Answer {
        self.send(
            method,
            url,
            &[
                ("accept", "application/json"),
                ("sec-fetch-mode", "cors"),
                ("sec-fetch-site", "same-origin"),
            ],
            None,
        )
    }

    /// One request with headers and a body of the caller's own.
    pub fn send(&self, method: Method, url: Url, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let mut request = self.client.request(method, url.clone());
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_str(value).expect("a header value"));
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().unwrap_or_else(|error| panic!("{url}: {error:?}"));
        read(response)
    }

    /// A navigation that follows redirects, at most twenty, and remembers each step.
    pub fn follow(&self, url: Url) -> Vec<Answer> {
        let mut steps = vec![self.navigate(url)];
        while steps.len() <= 20 {
            let last = steps.last().expect("there is a first step");
            let Some(next) = last.is_redirect().then(|| last.location()).flatten() else {
                return steps;
            };
            steps.push(self.navigate(next));
        }
        let addresses: Vec<String> = steps
            .iter()
            .map(|step| format!("{} {}", step.status, step.url))
            .collect();
        panic!("a loop of redirects:\n{}", addresses.join("\n"));
    }

    /// Follows to the identity provider's own pages and fills them in; returns all steps to the page that ends it.
    pub fn log_in(&self, url: Url, user: &str, password: &str) -> Vec<Answer> {
        let mut steps = self.follow(url);
        for _ in 0..4 {
            let page = steps.last().expect("there is a page").clone();
            let Some(form) = Form::first(&page.body) else {
                return steps;
            };
            if !form.asks_for_password() && !form.is_consent() {
                return steps;
            }
            let target = page.url.join(&form.action).expect("a form has a valid action");
            let body = form.filled(user, password);
            let headers = [
                NAVIGATION.as_slice(),
                &[("content-type", "application/x-www-form-urlencoded")],
            ]
            .concat();
            let answer = self.send(Method::POST, target, &headers, Some(body));
            let next = answer.is_redirect().then(|| answer.location()).flatten();
            steps.push(answer);
            if let Some(next) = next {
                steps.extend(self.follow(next));
            }
        }
        steps
    }

    /// The `Cookie` header this visitor would send there.
    pub fn cookies(&self, url: &Url) -> String {
        use reqwest::cookie::CookieStore;
        self.jar
            .cookies(url)
            .and_then(|value| value.to_str().ok().map(str::to_owned))
            .unwrap_or_default()
    }

    /// The value of one cookie, if this visitor has it.
    pub fn cookie(&self, url: &Url, name: &str) -> Option<String> {
        let all = self.cookies(url);
        all.split("; ")
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            .map(str::to_owned)
    }
}

/// The headers of a browser's navigation.
pub const NAVIGATION: [(&str, &str); 4] = [
    ("accept", "text/html,application/xhtml+xml"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-site", "none"),
];

fn read(response: Response) -> Answer {
    let (url, status, headers) = (
        response.url().clone(),
        response.status().as_u16(),
        response.headers().clone(),
    );
    let body = response.text().unwrap_or_default();
    Answer {
        url,
        status,
        headers,
        body,
    }
}
