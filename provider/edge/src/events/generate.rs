//! Which events an application is tested with.
//!
//! Every route gets one: a protected one refuses a stranger, a public one lets him pass. The checks that precede
//! routing, and what becomes of sessions, are tried once.

use zt_model::compile::{Access, Compiled, CompiledRoute, TableError};
use zt_model::duration::Duration;
use zt_model::ids::KeyId;
use zt_model::instant::Instant;
use zt_model::membership::MembershipDocument;
use zt_model::route::Route;
use zt_model::secret::SecretText;
use zt_model::session::{Grants, MintError, ProviderSession, Session, SessionId, SessionKey, UserFingerprint};
use zt_model::store::ApplicationDocument;

use super::TestEvent;
use super::request::Request;
use super::sample;
use super::verdict::Expectation;

/// Host that CloudFront's own events name; it stands for the distribution where no domain is configured.
const DISTRIBUTION: &str = "d111111abcdef8.cloudfront.net";
const UNKNOWN_HOST: &str = "unknown.zt-test.invalid";
const LIFETIME: Duration = Duration::from_seconds(300);
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
    generator.sessions(membership, session)?;
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
        let Some((route, path)) = self.somebodys_route()? else {
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

        let minter = Minter::new(session, membership)?;
        let grants = self.compiled.grants(route, membership).map_err(EventsError::Table)?;
        let all: Grants = grants.iter().flatten().map(|grant| grant.bit).collect();
        let forged = minter.forged(all)?;
        self.add(
            "a session signed with another key",
            &navigation.clone().cookie(&cookie, forged.expose()),
            self.login(route),
        );
        let blocked = session.document.blocks_everyone(session.now);
        let allowed = if blocked {
            Expectation::status(403)
        } else {
            Expectation::Pass
        };
        let granted = minter.genuine(all)?;
        self.add(
            "a session that meets the policies",
            &navigation.clone().cookie(&cookie, granted.expose()),
            allowed,
        );
        let bare = minter.genuine(Grants::default())?;
        self.add(
            "a session that meets no policy",
            &navigation.cookie(&cookie, bare.expose()),
            Expectation::status(403),
        );
        Ok(())
    }

    /// The first route that some policy opens, and a path it decides.
    fn somebodys_route(&self) -> Result<Option<(&'a CompiledRoute, String)>, EventsError> {
        for (index, route) in self.compiled.routes.iter().enumerate() {
            let opened = matches!(&route.access, Access::Policies(names) if !names.is_empty());
            if opened && let Some(path) = self.path_of(index)? {
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

/// Mints sessions of a user nobody is.
struct Minter {
    session: Session,
    key: SessionKey,
}

impl Minter {
    fn new(test: &TestSession<'_>, membership: &MembershipDocument) -> Result<Self, EventsError> {
        let usable = |kid: &KeyId| test.document.key(kid, test.now);
        let (kid, key) = test
            .document
            .keys()
            .keys()
            .find_map(|kid| Some((kid.clone(), usable(kid)?)))
            .ok_or(EventsError::NoKey)?;
        // Strictly later than every not-before of this second, everyone's or the page's.
        let login = test.now.max(test.document.not_before()).plus(Duration::from_seconds(1));
        Ok(Self {
            key,
            session: Session {
                kid,
                sid: SessionId::from_random(test.session),
                user: UserFingerprint::from_bytes(test.user),
                provider_session: ProviderSession::none(),
                login,
                issued: test.now,
                expires: test.now.plus(LIFETIME),
                generation: membership.generation,
                grants: Grants::default(),
                contexts: Vec::new(),
                claims: serde_json::Map::new(),
                assertion: None,
            },
        })
    }

    fn genuine(&self, grants: Grants) -> Result<SecretText, EventsError> {
        let session = Session {
            grants,
            ..self.session.clone()
        };
        session.mint(&self.key).map_err(EventsError::Mint)
    }

    /// A token with the first character of its signature changed, older than the minute in which locations may lag.
    fn forged(&self, grants: Grants) -> Result<SecretText, EventsError> {
        let issued = self.session.issued.minus(Duration::from_seconds(120));
        let session = Session {
            grants,
            issued,
            ..self.session.clone()
        };
        let token = session.mint(&self.key).map_err(EventsError::Mint)?;
        let (message, mac) = token.expose().rsplit_once('.').unwrap_or_default();
        let other = if mac.starts_with('A') { 'B' } else { 'A' };
        let rest = mac.get(1..).unwrap_or_default();
        Ok(SecretText::new(format!("{message}.{other}{rest}")))
    }
}

#[cfg(test)]
mod tests;
