//! Contradictions about the request, the login and service tokens: a request has one country, one address and one
//! method, a login one class, and who comes with a service token has not logged in.

use super::members::common;
use crate::address::Cidr;
use crate::membership::Selector;

/// Why no request satisfies all of these and none of those, if none does.
pub(super) fn contradiction(all: &[&Selector], none: &[Selector]) -> Option<String> {
    let empty =
        |lists: Vec<Option<&Vec<String>>>| common(lists.into_iter().flatten()).is_some_and(|common| common.is_empty());
    if empty(all.iter().map(|selector| selector.countries.as_ref()).collect()) {
        return Some("No country is in all of its required lists".into());
    }
    if empty(all.iter().map(|selector| selector.methods.as_ref()).collect()) {
        return Some("No method is in all of its required lists".into());
    }
    if empty(all.iter().map(|selector| selector.service_tokens.as_ref()).collect()) {
        return Some("No service token is in all of its required lists".into());
    }
    if no_address(all) {
        return Some("No address is in all of its required ranges".into());
    }
    let mut classes: Vec<&String> = all.iter().filter_map(|selector| selector.acr.as_ref()).collect();
    classes.sort();
    classes.dedup();
    if classes.len() > 1 {
        return Some("A login has one authentication context class, and several are required".into());
    }
    token(all, none)
}

fn no_address(all: &[&Selector]) -> bool {
    let read = |ranges: &Vec<String>| {
        ranges
            .iter()
            .map(|range| range.parse::<Cidr>().ok())
            .collect::<Option<Vec<_>>>()
    };
    let Some(lists) = all
        .iter()
        .filter_map(|selector| selector.ips.as_ref())
        .map(read)
        .collect::<Option<Vec<_>>>()
    else {
        // Something else is wrong with it.
        return false;
    };
    // Two ranges are one within the other or apart.
    let both = |one: Vec<Cidr>, other: Vec<Cidr>| -> Vec<Cidr> {
        let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
        pairs
            .filter_map(|(one, other)| match (one.covers(other), other.covers(one)) {
                (true, _) => Some(*other),
                (_, true) => Some(*one),
                _ => None,
            })
            .collect()
    };
    lists.into_iter().reduce(both).is_some_and(|common| common.is_empty())
}

/// What a service token never satisfies: anything about a user or a login, in `none` too, where it is undecidable.
fn token(all: &[&Selector], none: &[Selector]) -> Option<String> {
    if !all.iter().any(|selector| selector.service_tokens.is_some()) {
        return None;
    }
    let of_session = |selector: &Selector| {
        selector.membership().is_some()
            || selector.acr.is_some()
            || selector.amr.is_some()
            || selector.max_age.is_some()
    };
    if all.iter().any(|selector| of_session(selector)) {
        return Some(
            "A caller with a service token has no session, so nothing that is required of users or logins holds for it"
                .into(),
        );
    }
    let decidable = |selector: &Selector| {
        selector.countries.is_some()
            || selector.ips.is_some()
            || selector.methods.is_some()
            || selector.service_tokens.is_some()
    };
    none.iter()
        .any(|excluded| *excluded != Selector::default() && !decidable(excluded))
        .then(|| {
            "A caller with a service token has no session, so what `none` says of users or logins is undecidable for it"
                .into()
        })
}

/// Whether the context members of `narrow` holding make those of `wide` hold.
pub(super) fn implies(narrow: &Selector, wide: &Selector) -> bool {
    let lists = |narrow: Option<&Vec<String>>, wide: Option<&Vec<String>>| match (narrow, wide) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow.iter().all(|value| wide.contains(value)),
    };
    lists(narrow.countries.as_ref(), wide.countries.as_ref())
        && lists(narrow.methods.as_ref(), wide.methods.as_ref())
        && lists(narrow.amr.as_ref(), wide.amr.as_ref())
        && lists(narrow.service_tokens.as_ref(), wide.service_tokens.as_ref())
        && ranges(narrow.ips.as_ref(), wide.ips.as_ref())
        && (wide.acr.is_none() || narrow.acr == wide.acr)
        && wide
            .max_age
            .is_none_or(|wide| narrow.max_age.is_some_and(|narrow| narrow <= wide))
}

fn ranges(narrow: Option<&Vec<String>>, wide: Option<&Vec<String>>) -> bool {
    let (narrow, wide) = match (narrow, wide) {
        (_, None) => return true,
        (None, Some(_)) => return false,
        (Some(narrow), Some(wide)) => (narrow, wide),
    };
    let wide: Vec<Cidr> = wide.iter().filter_map(|range| range.parse().ok()).collect();
    let within = |range: Cidr| wide.iter().any(|wide| wide.covers(&range));
    narrow.iter().all(|range| range.parse::<Cidr>().is_ok_and(within))
}
