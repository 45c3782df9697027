//! What the distribution delivers as AWS has it, which after a killed apply or a change by hand is not what the state says.
//!
//! Where it is neither, the paths that it delivers otherwise than wanted admit nobody until it is changed everywhere.

use zt_aws::cloudfront::{Behavior, DistributionConfig, Origin, OriginKind};
use zt_model::compile::{Access, Compiled, CompiledRoute};
use zt_model::membership::MembershipDocument;
use zt_model::route::Pattern;

use super::serving::session_code;
use crate::edge_app::component::distribution;
use crate::edge_app::transition;

/// Where the requests of a pattern go.
#[derive(PartialEq)]
struct Delivered {
    pattern: String,
    origin: Option<Origin>,
    cached: bool,
}

/// Whether two distributions send every path to the same place.
pub(super) fn alike(one: &DistributionConfig, other: &DistributionConfig) -> bool {
    deliveries(one) == deliveries(other)
}

/// All patterns in their order, the default behaviour last.
fn deliveries(config: &DistributionConfig) -> Vec<Delivered> {
    let paths = config.behaviors.iter().map(|path| (&*path.pattern, &path.behavior));
    paths
        .filter(|(_, behavior)| distribution::forwards(behavior))
        .chain([("/*", &config.default_behavior)])
        .map(|(pattern, behavior)| delivered(config, pattern, behavior))
        .collect()
}

fn delivered(config: &DistributionConfig, pattern: &str, behavior: &Behavior) -> Delivered {
    Delivered {
        pattern: pattern.to_owned(),
        origin: origin(config, &behavior.origin),
        cached: distribution::caches(behavior),
    }
}

fn origin(config: &DistributionConfig, id: &str) -> Option<Origin> {
    let origin = config.origins.iter().find(|origin| origin.id == id)?;
    let kind = match &origin.kind {
        OriginKind::Custom {
            http_port,
            https_port,
            protocol,
            ..
        } => OriginKind::Custom {
            http_port: *http_port,
            https_port: *https_port,
            protocol: *protocol,
            read_timeout: 0,
            keepalive_timeout: 0,
        },
        other => other.clone(),
    };
    // Its name, who signs the requests, headers and times change nothing about where they go.
    Some(Origin {
        path: origin.path.clone(),
        ..Origin::new("", &*origin.domain, kind)
    })
}

/// The table to run while `deployed` becomes `wanted`; `None` when they deliver alike.
pub(super) fn between(
    deployed: &DistributionConfig,
    wanted: &DistributionConfig,
    compiled: &Compiled,
    membership: &MembershipDocument,
) -> Option<Compiled> {
    if alike(deployed, wanted) {
        return None;
    }
    let present = deliveries(deployed);
    let Some(routes) = present.iter().map(route).collect::<Option<Vec<CompiledRoute>>>() else {
        return Some(nobody(compiled));
    };
    let before = Compiled {
        routes,
        ..compiled.clone()
    };
    let same = |before: &CompiledRoute, after: &CompiledRoute| {
        let pattern = before.matching.pattern.as_str();
        let now = present.iter().find(|one| one.pattern == pattern);
        let id = after
            .origin
            .as_ref()
            .map_or_else(|| wanted.default_behavior.origin.clone(), ToString::to_string);
        let then = (origin(wanted, &id), after.shared_cache);
        now.is_some_and(|now| (&now.origin, now.cached) == (&then.0, then.1))
    };
    let between = transition::between(&before, compiled, &same)?;
    match session_code(&between, membership) {
        Ok(_) => Some(between),
        Err(_) => Some(nobody(compiled)),
    }
}

/// A delivery as a route: nobody knows who was admitted to it.
fn route(delivered: &Delivered) -> Option<CompiledRoute> {
    // One character of CloudFront's patterns, and no letter of ours.
    if delivered.pattern.contains('?') {
        return None;
    }
    Some(CompiledRoute {
        shared_cache: delivered.cached,
        ..CompiledRoute::closed(Pattern::parse(&delivered.pattern, false).ok()?)
    })
}

/// The application closed.
fn nobody(compiled: &Compiled) -> Compiled {
    let mut closed = compiled.clone();
    for route in &mut closed.routes {
        route.access = Access::Policies(Vec::new());
    }
    closed
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::edge_app::component::distribution::{Delivery, Wanted};
    use crate::edge_app::component::origin_request_policy::RequestPolicies;
    use crate::edge_app::config::{Origin as Configured, OriginKind as Kind, Viewers};
    use crate::marks::{Mark, Stage};
    use zt_model::compile::{Application, compile};
    use zt_model::ids::{ApplicationName, KeyId};
    use zt_model::instant::Instant;
    use zt_model::source::{RouteSource, Source};

    fn server(domain: &str) -> Configured {
        Configured {
            kind: Kind::Server {
                domain_name: domain.to_owned(),
                http_port: 80,
                https_port: 443,
                https: true,
            },
            path: String::new(),
            headers: BTreeMap::new(),
        }
    }

    /// A distribution whose named paths go to the server `api`.
    fn distribution(paths: &[&str], api: &str) -> DistributionConfig {
        let delivery = |origin: &str| Delivery {
            origin: origin.to_owned(),
            shared_cache: false,
        };
        let viewers = Viewers {
            aliases: Vec::new(),
            certificate_arn: None,
            port: 443,
            minimum_tls: "TLSv1.2_2021".into(),
            price_class: "PriceClass_All".into(),
            http_version: "http2and3".into(),
            ipv6: true,
        };
        let mark = Mark {
            application: "members".into(),
            store: "main".into(),
            instance: "AAAAAAAAAAAA".into(),
            stage: Stage::Live,
        };
        let origins = [("site", "site.example.com"), ("api", api)];
        Wanted {
            viewers: &viewers,
            auth_prefix: "/oauth2",
            origins: &origins.map(|(name, domain)| (name.to_owned(), server(domain))).into(),
            default: delivery("site"),
            paths: paths.iter().map(|path| ((*path).to_owned(), delivery("api"))).collect(),
            session_function_arn: "",
            auth_function_arn: "",
            headers_policy: "",
            access_control: None,
            web_acl_arn: "",
            requests: &RequestPolicies::default(),
            region: "eu-west-1",
        }
        .config(&mark)
    }

    /// Whether `/status/x` and `/x` are closed while the distribution changes; `None` when nothing is between.
    fn closed(deployed: &DistributionConfig, wanted: &DistributionConfig) -> Option<[bool; 2]> {
        let route = |path: &str, origin: Option<&str>| RouteSource {
            path: path.to_owned(),
            access: Some("public".to_owned()),
            origin: origin.map(str::to_owned),
            ..RouteSource::default()
        };
        let source = Source {
            routes: vec![route("/status/*", Some("api")), route("/*", None)],
            ..Source::default()
        };
        let mut application = Application::new(ApplicationName::parse("members").unwrap(), source.clone());
        application.origins = Some(BTreeSet::from(["api".to_owned(), "site".to_owned()]));
        let compiled = compile(&application).unwrap();
        let kid = KeyId::parse("k1").unwrap();
        let now = Instant::from_seconds(1_700_000_000);
        let membership = MembershipDocument::restarted(kid, None, &compiled.policies, source, now).unwrap();
        let table = between(deployed, wanted, &compiled, &membership)?;
        Some(["/status/x", "/x"].map(|path| {
            let mut routes = table.routes.iter();
            let deciding = routes.find(|route| route.matching.pattern.matches(path));
            deciding.is_none_or(|route| route.access != Access::Public)
        }))
    }

    /// Checklist: K12.
    #[test]
    fn paths_that_are_delivered_otherwise_are_closed_and_no_others() {
        let wanted = distribution(&["/status/*", "/status"], "api.example.com");
        assert_eq!(closed(&wanted, &wanted), None);
        let without = distribution(&[], "api.example.com");
        assert_eq!(closed(&without, &wanted), Some([true, false]));
        let elsewhere = distribution(&["/status/*", "/status"], "old.example.com");
        assert_eq!(closed(&elsewhere, &wanted), Some([true, false]));
    }

    #[test]
    fn patterns_that_cannot_be_read_close_everything() {
        let wanted = distribution(&["/status/*", "/status"], "api.example.com");
        let strange = distribution(&["/statu?"], "api.example.com");
        assert_eq!(closed(&strange, &wanted), Some([true, true]));
    }
}
