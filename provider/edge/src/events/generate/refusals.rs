//! What routes and applications ask for beyond a session: a floor of TLS, preflights, WebSockets, machines, a step-up.
//!
//! Each is tried once, on the first route that asks for it. Only the step-up needs a session.

use zt_model::compile::{Access, CompiledRoute};
use zt_model::ids::PolicyName;
use zt_model::membership::{MembershipDocument, SplitPolicy};

use super::minter::Minter;
use super::{EventsError, Expectation, Generator, Request, TestSession, method_of, opened, policies_of};

const FOREIGN_ORIGIN: &str = "https://zt-test.invalid";

impl Generator<'_> {
    pub(super) fn without_secrets(&mut self) -> Result<(), EventsError> {
        self.floor()?;
        self.preflights()?;
        self.web_socket()?;
        self.machines()
    }

    fn floor(&mut self) -> Result<(), EventsError> {
        let Some((route, path)) = self.first_route(|route| route.tls13)? else {
            return Ok(());
        };
        let request = Request::navigation(method_of(route), self.host, &path).header(
            "cloudfront-viewer-tls",
            "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake",
        );
        self.add("a viewer with TLS 1.2", &request, Expectation::status(403));
        Ok(())
    }

    fn preflights(&mut self) -> Result<(), EventsError> {
        let asked = |request: Request, origin: &str, method: &str| {
            request
                .header("origin", origin)
                .header("access-control-request-method", method)
        };
        let protected = |route: &CompiledRoute| route.cors.is_none() && !matches!(route.access, Access::Public);
        if let Some((_, path)) = self.first_route(protected)? {
            let request = asked(Request::api("OPTIONS", self.host, &path), FOREIGN_ORIGIN, "GET");
            self.add(
                "a preflight to a protected route without a rule",
                &request,
                Expectation::status(403),
            );
        }
        let Some((route, path)) = self.first_route(|route| route.cors.is_some())? else {
            return Ok(());
        };
        let rule = route.cors.as_ref();
        let named = rule.and_then(|rule| rule.origins.first().zip(rule.methods.first()));
        let Some((origin, method)) = named else {
            return Ok(());
        };
        let request = Request::api("OPTIONS", self.host, &path);
        let foreign = asked(request.clone(), FOREIGN_ORIGIN, method.as_str());
        self.add("a preflight of another origin", &foreign, Expectation::status(403));
        let own = asked(request, origin, method.as_str());
        self.add("a preflight that the rule allows", &own, Expectation::status(204));
        Ok(())
    }

    fn web_socket(&mut self) -> Result<(), EventsError> {
        let Some((_, path)) = self.first_route(|route| method_of(route) == "GET")? else {
            return Ok(());
        };
        let request = Request::api("GET", self.host, &path)
            .header("sec-websocket-key", "enQgdGVzdCBldmVudCAwMQ==")
            .header("origin", FOREIGN_ORIGIN);
        self.add("a WebSocket of a foreign origin", &request, Expectation::status(403));
        Ok(())
    }

    fn machines(&mut self) -> Result<(), EventsError> {
        if !self.compiled.machines() {
            return Ok(());
        }
        let Some((route, path)) = self.first_route(opened)? else {
            return Ok(());
        };
        for (name, header) in [
            ("a service token that is none", "x-zt-service-token"),
            ("a session in a header that is none", "x-zt-session"),
        ] {
            let request = Request::navigation(method_of(route), self.host, &path).header(header, "zt-test");
            self.add(name, &request, Expectation::status(401));
        }
        Ok(())
    }

    /// A session with every grant and no authentication context, on a route that asks for nothing else of a request.
    pub(super) fn step_up(
        &mut self,
        membership: &MembershipDocument,
        session: &TestSession<'_>,
    ) -> Result<(), EventsError> {
        let compiled = self.compiled;
        let strong = |name: &PolicyName| compiled.policies.get(name).is_some_and(asks_for_a_login);
        let wanted = |route: &CompiledRoute| opened(route) && policies_of(route).iter().all(strong);
        let Some((route, path)) = self.first_route(wanted)? else {
            return Ok(());
        };
        let minter = Minter::new(session, membership, compiled.application.assertion)?;
        let grants = compiled.grants(route, membership).map_err(EventsError::Table)?;
        let granted = minter.genuine(grants.iter().flatten().map(|grant| grant.bit).collect())?;
        let expected = if session.document.blocks_everyone(session.now) {
            Expectation::status(403)
        } else {
            self.login(route)
        };
        let request = self.carrying(Request::navigation(method_of(route), self.host, &path), &granted);
        self.add("a session without the authentication asked for", &request, expected);
        Ok(())
    }
}

/// Whether all that can be missing once every atom is granted is an authentication context.
fn asks_for_a_login(policy: &SplitPolicy) -> bool {
    let only_a_login = policy.clauses.iter().flatten().all(|way| {
        way.condition.as_ref().is_none_or(|condition| {
            !way.negated
                && condition.context.is_some()
                && condition.countries.is_none()
                && condition.addresses.is_none()
                && condition.methods.is_none()
                && condition.service_tokens.is_none()
        })
    });
    let one_must = policy
        .clauses
        .iter()
        .any(|clause| clause.iter().all(|way| way.condition.is_some()));
    only_a_login && one_must
}
