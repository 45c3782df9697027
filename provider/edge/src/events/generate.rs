//! Which events an application is tested with.
//!
//! Every route gets one: a protected one refuses a stranger, a public one lets him pass. The checks that precede
//! routing, and what becomes of sessions, are tried once.

mod minter;
mod refusals;

use zt_model::compile::{Access, Compiled, CompiledRoute, TableError};
use zt_model::ids::PolicyName;
use zt_model::instant::Instant;
use zt_model::membership::MembershipDocument;
use zt_model::route::Route;
use zt_model::secret::SecretText;
use zt_model::session::{Grants, MintError};
use zt_model::store::ApplicationDocument;

use self::minter::{ASSERTION, Minter};

use super::TestEvent;
use super::request::Request;
use super::sample;
use super::verdict::Expectation;

/// Host that CloudFront's own events name; it stands for the distribution where no domain is configured.
const DISTRIBUTION: &str = "d111111abcdef8.cloudfront.net";
const UNKNOWN_HOST: &str = "unknown.zt-test.invalid";
/// Every method CloudFront forwards, the rarest first.
const METHODS: [&str; 7] = ["PATCH", "DELETE", "PUT", "POST", "OPTIONS", "HEAD", "GET"];

/// What the sessions of the events are made from. They belong to a random user, so no page but that of the user's
/// fingerprint is read, and they end after five minutes.
#[derive(Clone, Copy)]
pub struct TestSession<'a> {
    /// The application document as the store holds it when the events run.
    pub document: &'a ApplicationDocument,
    /// Random bytes for the user's fingerprint.
    pub user: [u8; 9],
    /// Random bytes for the session id.
    pub session: [u8; 16],
    /// The present time.
    pub now: Instant,
}

/// Why no events can be generated.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The membership document was made for other policies.
    #[error("the membership document does not fit the routes")]
    Table(#[source] TableError),
    /// A session does not fit into a token.
    #[error("a session for the test cannot be minted")]
    Mint(#[source] MintError),
    /// The application document has no key that verifies.
    #[error("no key of the application document verifies now")]
    NoKey,
    /// No path was found that a route decides; publishing it untested is no choice.
    #[error("no path was found that routes[{0}] decides")]
    Unreachable(usize),
}

/// The events of an application, in the order of their weight.
///
/// # Errors
/// When a session cannot be minted or a route not be reached.
pub fn test_events(
    compiled: &Compiled,
    membership: &MembershipDocument,
    session: &TestSession<'_>,
) -> Result<Vec<TestEvent>, EventsError> {
    let hosts = &compiled.application.hosts;
    let mut generator = Generator {
        compiled,
        host: hosts.first().map_or(DISTRIBUTION, |host| host.as_str()),
        routes: compiled.routes.iter().map(|route| route.matching.clone()).collect(),
        events: Vec::new(),
    };
    generator.before_routing();
    generator.every_route()?;
    generator.without_secrets()?;
    generator.sessions(membership, session)?;
    generator.step_up(membership, session)?;
    Ok(generator.events)
}

struct Generator<'a> {
    compiled: &'a Compiled,
    host: &'a str,
    routes: Vec<Route>,
    events: Vec<TestEvent>,
}

impl<'a> Generator<'a> {
    fn add(&mut self, name: impl Into<String>, request: &Request, expected: Expectation) {
        let event = request.event(DISTRIBUTION);
        self.events.push(TestEvent {
            name: name.into(),
            event,
            expected,
        });
    }

    fn before_routing(&mut self) {
        let stranger = Request::navigation("GET", UNKNOWN_HOST, "/");
        self.add("a host that is not configured", &stranger, Expectation::status(421));
        for path in [
            "/zt-test/../zt-test",
            "/zt-test/%2e%2e/zt-test",
            "//zt-test",
            "/zt-test%00",
            "/zt-test%252e",
        ] {
            let request = Request::navigation("GET", self.host, path);
            self.add(format!("the ambiguous path {path}"), &request, Expectation::status(400));
        }
        let below = format!("{}/start", self.compiled.application.auth_prefix);
        let request = Request::navigation("GET", self.host, &below);
        self.add(
            "the auth prefix outside its own behaviour",
            &request,
            Expectation::status(404),
        );
        let request = Request::api("GET", self.host, &self.compiled.application.userinfo);
        self.add("userinfo without a session", &request, Expectation::status(401));
    }

    fn every_route(&mut self) -> Result<(), EventsError> {
        for (index, route) in self.compiled.routes.iter().enumerate() {
            let Some(path) = self.path_of(index)? else { continue };
            let pattern = route.matching.pattern.as_str();
            let method = method_of(route);
            let navigation = Request::navigation(method, self.host, &path);
            let (what, expected) = match route.access {
                Access::Public => ("public", Expectation::Pass),
                Access::Policies(_) => ("protected", self.login(route)),
            };
            self.add(
                format!("routes[{index}] {pattern}, {what}, without a session"),
                &navigation,
                expected,
            );
            if let Some(method) = forbidden_method(route) {
                let request = Request::api(method, self.host, &path);
                let name = format!("routes[{index}] {pattern}, method {method} which it does not list");
                self.add(name, &request, Expectation::status(405));
            }
        }
        Ok(())
    }

    fn sessions(&mut self, membership: &MembershipDocument, session: &TestSession<'_>) -> Result<(), EventsError> {
        let Some((route, path)) = self.first_route(opened)? else {
            return Ok(());
        };
        let method = method_of(route);
        let cookie = self.compiled.application.cookie_name();
        let api = Request::api(method, self.host, &path);
        let navigation = Request::navigation(method, self.host, &path);
        self.add("a program without a session", &api, Expectation::status(401));
        self.add(
            "a cookie that is no session",
            &navigation.clone().cookie(&cookie, "s1.forged"),
            self.login(route),
        );

        let minter = Minter::new(session, membership, self.compiled.application.assertion)?;
        let grants = self.compiled.grants(route, membership).map_err(EventsError::Table)?;
        let forged = minter.forged(grants.iter().flatten().map(|grant| grant.bit).collect())?;
        // A block of everyone answers before key and MAC are looked at.
        let refused = match session.document.blocks_everyone(session.now) {
            true => Expectation::status(403),
            false => self.login(route),
        };
        self.add(
            "a session signed with another key",
            &navigation.cookie(&cookie, forged.expose()),
            refused,
        );
        self.admissions(membership, session, &minter)
    }

    /// Sessions that pass and that do not, on a route whose policies ask for membership alone.
    fn admissions(
        &mut self,
        membership: &MembershipDocument,
        session: &TestSession<'_>,
        minter: &Minter,
    ) -> Result<(), EventsError> {
        let compiled = self.compiled;
        let whole = |name: &PolicyName| {
            compiled
                .policies
                .get(name)
                .is_some_and(|policy| policy.whole().is_some())
        };
        let plain = |route: &CompiledRoute| opened(route) && policies_of(route).iter().all(whole);
        let Some((route, path)) = self.first_route(plain)? else {
            return Ok(());
        };
        let navigation = Request::navigation(method_of(route), self.host, &path);
        let grants = compiled.grants(route, membership).map_err(EventsError::Table)?;
        let granted = minter.genuine(grants.iter().flatten().map(|grant| grant.bit).collect())?;
        let allowed = if session.document.blocks_everyone(session.now) {
            Expectation::status(403)
        } else {
            Expectation::Pass
        };
        let request = self.carrying(navigation.clone(), &granted);
        self.add("a session that meets the policies", &request, allowed);
        let bare = minter.genuine(Grants::default())?;
        let request = self.carrying(navigation, &bare);
        self.add("a session that meets no policy", &request, Expectation::status(403));
        Ok(())
    }

    /// A request with a session, and with the assertion it is bound to where the application has one.
    fn carrying(&self, request: Request, token: &SecretText) -> Request {
        let cookie = self.compiled.application.cookie_name();
        let request = request.cookie(&cookie, token.expose());
        if !self.compiled.application.assertion {
            return request;
        }
        let host_only = cookie.strip_suffix("-session");
        let assertion = host_only.map_or_else(|| format!("{cookie}-assertion"), |stem| format!("{stem}-assertion"));
        request.cookie(&assertion, ASSERTION)
    }

    /// The first route of a kind, and a path it decides.
    fn first_route(
        &self,
        wanted: impl Fn(&CompiledRoute) -> bool,
    ) -> Result<Option<(&'a CompiledRoute, String)>, EventsError> {
        for (index, route) in self.compiled.routes.iter().enumerate() {
            if wanted(route)
                && let Some(path) = self.path_of(index)?
            {
                return Ok(Some((route, path)));
            }
        }
        Ok(None)
    }

    /// A path the route decides; `None` for a route that decides none because the earlier ones take everything of it,
    /// which the compiler refuses but a table between two configurations may hold.
    fn path_of(&self, index: usize) -> Result<Option<String>, EventsError> {
        if let Some(path) = sample::path_of(self.compiled, &self.routes, index) {
            return Ok(Some(path));
        }
        let earlier = self.routes.iter().take(index).map(|route| &route.pattern);
        let route = self.routes.get(index);
        if route.is_some_and(|route| route.pattern.is_covered_by(earlier)) {
            return Ok(None);
        }
        Err(EventsError::Unreachable(index))
    }

    fn login(&self, route: &CompiledRoute) -> Expectation {
        if route.always_401 || !matches!(method_of(route), "GET" | "HEAD") {
            return Expectation::status(401);
        }
        Expectation::redirect(format!("{}/start?rd=", self.compiled.application.auth_prefix))
    }
}

/// GET where the route takes it, else the first method it lists.
fn method_of(route: &CompiledRoute) -> &str {
    match &route.methods {
        Some(methods) if !methods.iter().any(|method| method.as_str() == "GET") => {
            methods.first().map_or("GET", |method| method.as_str())
        }
        _ => "GET",
    }
}

fn forbidden_method(route: &CompiledRoute) -> Option<&'static str> {
    let methods = route.methods.as_ref()?;
    METHODS
        .into_iter()
        .find(|method| methods.iter().all(|listed| listed.as_str() != *method))
}

/// Whether some policy opens the route.
fn opened(route: &CompiledRoute) -> bool {
    !policies_of(route).is_empty()
}

fn policies_of(route: &CompiledRoute) -> &[PolicyName] {
    match &route.access {
        Access::Public => &[],
        Access::Policies(names) => names,
    }
}

#[cfg(test)]
mod tests;
