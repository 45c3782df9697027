//! The table between two tables: what old and new configuration both allow.
//!
//! A distribution changes at its edge locations over minutes, the session function within seconds. Where a path changes
//! its origin or cache and its policy too, either order would for a while deliver it by one configuration under the policy
//! of the other. So an update that does so passes through a function in which both must allow. Pure.

use zt_model::compile::{Access, Compiled, CompiledRoute};
use zt_model::ids::PolicyName;
use zt_model::route::Pattern;

/// Whether a path of the old route and of the new one goes to the same place, cached in the same way.
pub(super) type SameDelivery<'a> = &'a dyn Fn(&CompiledRoute, &CompiledRoute) -> bool;

/// The compiled application to run while the distribution changes; `None` when the new one can be published at once.
pub(super) fn between(old: &Compiled, new: &Compiled, same: SameDelivery<'_>) -> Option<Compiled> {
    let mut routes: Vec<CompiledRoute> = Vec::new();
    let mut differs = false;
    for before in decided(old).iter() {
        for after in &new.routes {
            if !before.matching.pattern.overlaps(&after.matching.pattern) {
                continue;
            }
            let pair = both(old, new, (before, after), same);
            let differing = !alike(&pair, after) && !same(before, after);
            // A pair that an earlier one covers never decides.
            if routes
                .iter()
                .any(|earlier| earlier.matching.pattern.covers(&pair.matching.pattern))
            {
                continue;
            }
            differs |= differing;
            routes.push(pair);
        }
    }
    differs.then(|| Compiled { routes, ..new.clone() })
}

/// A shorter table for the same while, for when the other does not fit into a function: what would be delivered by one
/// configuration under the policy of the other admits nobody.
pub(super) fn closed(old: &Compiled, new: &Compiled, same: SameDelivery<'_>) -> Compiled {
    let decided = decided(old);
    let mixed = |after: &CompiledRoute| {
        let pattern = &after.matching.pattern;
        // What stands behind a route that covers all of it decided none of it.
        let covering = decided
            .iter()
            .position(|before| before.matching.pattern.covers(pattern));
        let deciding = decided.iter().take(covering.map_or(decided.len(), |index| index + 1));
        let mut deciding = deciding.filter(|before| before.matching.pattern.overlaps(pattern));
        deciding.any(|before| !alike(&both(old, new, (before, after), same), after))
    };
    let close = |route: &CompiledRoute| match mixed(route) {
        true => CompiledRoute {
            access: Access::Policies(Vec::new()),
            ..route.clone()
        },
        false => route.clone(),
    };
    Compiled {
        routes: new.routes.iter().map(close).collect(),
        ..new.clone()
    }
}

/// The routes of a table and what holds behind them: nobody passes a path that no route decides, and the distribution
/// sends it where it sends everything without an origin of its own.
fn decided(table: &Compiled) -> Vec<CompiledRoute> {
    let rest = Pattern::parse("/*", false).ok().map(CompiledRoute::closed);
    table.routes.iter().cloned().chain(rest).collect()
}

/// Whether a pair treats its paths as the new route does.
fn alike(pair: &CompiledRoute, after: &CompiledRoute) -> bool {
    let mut pair = pair.clone();
    pair.matching.pattern = after.matching.pattern.clone();
    pair == *after
}

/// Who passes a path that was decided by `before` and will be by `after`.
///
/// The pairs are tried in the order of both lists, so the first that matches a path is the pair of the routes that
/// decide it, provided that its pattern matches no more than what both match; where no pattern says that, nobody passes.
fn access(
    old: &Compiled,
    new: &Compiled,
    (before, after): (&CompiledRoute, &CompiledRoute),
    same: SameDelivery<'_>,
) -> Access {
    if pattern(before, after).is_none() {
        return Access::Policies(Vec::new());
    }
    if same(before, after) {
        return after.access.clone();
    }
    match (&before.access, &after.access) {
        (Access::Public, access) => access.clone(),
        (Access::Policies(names), Access::Public) => Access::Policies(kept(old, new, names)),
        (Access::Policies(before), Access::Policies(after)) => {
            let both = |name: &&PolicyName| after.contains(name);
            let names: Vec<PolicyName> = before.iter().filter(both).cloned().collect();
            Access::Policies(kept(old, new, &names))
        }
    }
}

/// The policies whose text is the same before and after: a bit of another text is not in anybody's session yet.
fn kept(old: &Compiled, new: &Compiled, names: &[PolicyName]) -> Vec<PolicyName> {
    let same = |name: &&PolicyName| {
        let after = new.policies.get(*name);
        after.is_some() && old.policies.get(*name) == after
    };
    names.iter().filter(same).cloned().collect()
}

/// The pattern of what both match, where one of them lies within the other.
fn pattern<'a>(before: &'a CompiledRoute, after: &'a CompiledRoute) -> Option<&'a Pattern> {
    let (old, new) = (&before.matching.pattern, &after.matching.pattern);
    if new.covers(old) {
        return Some(old);
    }
    old.covers(new).then_some(new)
}

/// What both allow of the paths that both match. Where they deliver alike, the new route is right at once.
fn both(
    old: &Compiled,
    new: &Compiled,
    (before, after): (&CompiledRoute, &CompiledRoute),
    same: SameDelivery<'_>,
) -> CompiledRoute {
    let mut route = after.clone();
    route.matching.pattern = pattern(before, after).unwrap_or(&after.matching.pattern).clone();
    route.access = access(old, new, (before, after), same);
    // Another route may decide the target of a rewrite, as long as this one covers less than its own.
    route.rewrite = route
        .rewrite
        .filter(|_| route.matching.pattern == after.matching.pattern);
    if same(before, after) {
        return route;
    }
    route.rewrite = route.rewrite.filter(|target| before.rewrite.as_ref() == Some(target));
    route.tls13 |= before.tls13;
    route.matching.encoded_slash &= before.matching.encoded_slash;
    route.matching.semicolon &= before.matching.semicolon;
    route.always_401 |= before.always_401;
    route.cors = route.cors.filter(|cors| before.cors.as_ref() == Some(cors));
    match (&before.methods, &mut route.methods) {
        (Some(before), Some(methods)) => {
            methods.retain(|method| before.contains(method));
            // A list without any method is no table's; that nobody passes says the same.
            if methods.is_empty() {
                route.methods = None;
                route.access = Access::Policies(Vec::new());
            }
        }
        (Some(before), none) => *none = Some(before.clone()),
        (None, _) => {}
    }
    route
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use zt_model::compile::{Application, compile};
    use zt_model::ids::{ApplicationName, Method};
    use zt_model::membership::{Policy, Selector};
    use zt_model::source::{RouteSource, Source};

    /// Routes as (path, allow or "public", origin or "").
    fn compiled(routes: &[(&str, &str, &str)]) -> Compiled {
        let policy = |group: &str| Policy {
            any: vec![Selector {
                groups: Some(vec![group.to_owned()]),
                ..Selector::default()
            }],
            ..Policy::default()
        };
        let route = |(path, allow, origin): &(&str, &str, &str)| RouteSource {
            path: (*path).to_owned(),
            access: (*allow == "public").then(|| "public".to_owned()),
            allow: allow
                .split(' ')
                .filter(|name| *name != "public")
                .map(str::to_owned)
                .collect(),
            origin: Some((*origin).to_owned()).filter(|origin| !origin.is_empty()),
            ..RouteSource::default()
        };
        let source = Source {
            policies: ["staff", "admins"]
                .into_iter()
                .map(|name| (name.to_owned(), policy(name)))
                .collect(),
            routes: routes.iter().map(route).collect(),
        };
        let mut application = Application::new(ApplicationName::parse("members").unwrap(), source);
        application.origins = Some(BTreeSet::from(["api".to_owned(), "site".to_owned()]));
        compile(&application).unwrap()
    }

    /// Which policies pass a path: `None` for public, empty for nobody.
    fn allowed(compiled: &Compiled, path: &str) -> Option<Vec<String>> {
        let route = compiled
            .routes
            .iter()
            .find(|route| route.matching.pattern.matches(path));
        match route.map(|route| &route.access) {
            Some(Access::Public) => None,
            Some(Access::Policies(names)) => Some(names.iter().map(ToString::to_string).collect()),
            None => Some(Vec::new()),
        }
    }

    fn same(before: &CompiledRoute, after: &CompiledRoute) -> bool {
        (&before.origin, before.shared_cache) == (&after.origin, after.shared_cache)
    }

    #[test]
    fn the_same_deliveries_need_nothing_between() {
        let old = compiled(&[("/admin/*", "admins", ""), ("/*", "staff", "")]);
        let new = compiled(&[("/*", "staff admins", "")]);
        assert!(between(&old, &new, &same).is_none());
        let crossing = compiled(&[("/a*n/*", "staff", ""), ("/*", "staff admins", "")]);
        assert!(between(&old, &crossing, &same).is_none());
    }

    /// Checklist: K12.
    #[test]
    fn a_removed_route_with_its_own_origin_stays_closed_until_the_distribution_has_forgotten_it() {
        let old = compiled(&[("/admin/*", "admins", "api"), ("/*", "staff", "")]);
        let new = compiled(&[("/*", "staff admins", "")]);
        let between = between(&old, &new, &same).unwrap();
        assert_eq!(allowed(&between, "/admin/x"), Some(vec!["admins".into()]));
        assert_eq!(allowed(&between, "/other"), Some(vec!["staff".into(), "admins".into()]));
    }

    #[test]
    fn a_path_that_becomes_public_on_another_origin_opens_last() {
        let old = compiled(&[("/*", "staff", "")]);
        let new = compiled(&[("/open/*", "public", "api"), ("/*", "staff", "")]);
        let between = between(&old, &new, &same).unwrap();
        assert_eq!(allowed(&between, "/open/x"), Some(vec!["staff".into()]));
        assert_eq!(allowed(&new, "/open/x"), None);
    }

    #[test]
    fn the_shorter_table_closes_what_the_other_narrows() {
        let old = compiled(&[("/admin/*", "admins", "api"), ("/*", "staff", "")]);
        let new = compiled(&[("/open/*", "public", ""), ("/*", "staff admins", "")]);
        let closed = closed(&old, &new, &same);
        assert_eq!(allowed(&closed, "/admin/x"), Some(Vec::new()));
        assert_eq!(allowed(&closed, "/open/x"), None);
    }

    #[test]
    fn patterns_that_only_cross_admit_nobody_where_they_do() {
        let old = compiled(&[("/a*", "staff", "api"), ("/*", "staff", "")]);
        let new = compiled(&[("/*z", "staff", "site"), ("/*", "admins", "")]);
        let between = between(&old, &new, &same).unwrap();
        assert_eq!(allowed(&between, "/az"), Some(Vec::new()));
    }

    #[test]
    fn a_path_that_no_route_decided_opens_after_the_distribution_delivers_it() {
        let old = compiled(&[("/app/*", "staff", "")]);
        let new = compiled(&[("/app/*", "staff", ""), ("/status/*", "public", "api")]);
        for table in [between(&old, &new, &same).unwrap(), closed(&old, &new, &same)] {
            assert_eq!(allowed(&table, "/status/x"), Some(Vec::new()));
            assert_eq!(allowed(&table, "/app/x"), Some(vec!["staff".into()]));
        }
        let beside = compiled(&[("/app/*", "staff", ""), ("/status/*", "public", "")]);
        assert!(between(&old, &beside, &same).is_none());
    }

    #[test]
    fn a_method_reaches_no_origin_for_which_it_was_not_meant() {
        let methods = |names: &[&str]| Some(names.iter().map(|name| Method::parse(name).unwrap()).collect());
        let with = |origin: &str, names: &[&str]| {
            let mut table = compiled(&[("/api/*", "staff", origin), ("/*", "staff", "")]);
            table.routes[0].methods = methods(names);
            table
        };
        let old = with("site", &["GET"]);
        let wider = between(&old, &with("api", &["GET", "DELETE"]), &same).unwrap();
        assert_eq!(wider.routes[0].methods, methods(&["GET"]));
        let apart = between(&old, &with("api", &["DELETE"]), &same).unwrap();
        assert_eq!(allowed(&apart, "/api/x"), Some(Vec::new()));
        assert!(between(&old, &with("site", &["DELETE"]), &same).is_none());
    }
}
