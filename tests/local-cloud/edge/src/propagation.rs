//! How far each location is behind, for each kind of thing by itself, and what it therefore sees.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::options::Location;
use crate::view::{AccountView, Behavior, Distribution, EdgeFunction, FunctionCode};

/// How long changes take to arrive at a location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delays {
    /// Distributions with their policies and web ACLs.
    pub distribution: Duration,
    /// Published code of CloudFront Functions.
    pub function: Duration,
    /// Pairs of KeyValueStores.
    pub store: Duration,
    /// Versions of Lambda functions; never ahead of the distribution that names them.
    pub lambda: Duration,
}

impl Delays {
    fn all(delay: Duration) -> Self {
        Self {
            distribution: delay,
            function: delay,
            store: delay,
            lambda: delay,
        }
    }

    fn longest(&self) -> Duration {
        self.distribution.max(self.function).max(self.store).max(self.lambda)
    }

    fn to_json(self, name: &str) -> Value {
        json!({
            "name": name,
            "distribution_ms": self.distribution.as_millis() as u64,
            "function_ms": self.function.as_millis() as u64,
            "store_ms": self.store.as_millis() as u64,
            "lambda_ms": self.lambda.as_millis() as u64,
        })
    }
}

/// The delays of all locations, which tests change.
#[derive(Debug)]
pub(crate) struct Propagation {
    delays: Mutex<BTreeMap<String, Delays>>,
}

impl Propagation {
    pub(crate) fn new(locations: &[Location]) -> Self {
        let delays = locations.iter().map(|l| (l.name.clone(), Delays::all(l.delay)));
        Self {
            delays: Mutex::new(delays.collect()),
        }
    }

    pub(crate) fn of(&self, location: &str) -> Delays {
        self.lock().get(location).copied().unwrap_or_default()
    }

    pub(crate) fn longest(&self) -> Duration {
        self.lock().values().map(Delays::longest).max().unwrap_or_default()
    }

    pub(crate) fn to_json(&self) -> Value {
        let delays = self.lock();
        Value::Array(delays.iter().map(|(name, delays)| delays.to_json(name)).collect())
    }

    /// Sets the delays that are named, of one location or of all. An error says what was not understood.
    pub(crate) fn set(&self, wanted: &Value) -> Result<(), String> {
        let members = wanted.as_object().ok_or("delays are a JSON object")?;
        let mut delays = self.lock();
        let name = wanted["name"].as_str();
        if name.is_some_and(|name| !delays.contains_key(name)) {
            return Err("no such location".to_owned());
        }
        for (_, known) in delays.iter_mut().filter(|(n, _)| name.is_none_or(|name| name == **n)) {
            for (member, value) in members.iter().filter(|(member, _)| *member != "name") {
                let milliseconds = value.as_u64().ok_or_else(|| format!("{member} is no number"))?;
                let delay = Duration::from_millis(milliseconds);
                match member.as_str() {
                    "distribution_ms" => known.distribution = delay,
                    "function_ms" => known.function = delay,
                    "store_ms" => known.store = delay,
                    "lambda_ms" => known.lambda = delay,
                    "all_ms" => *known = Delays::all(delay),
                    other => return Err(format!("{other} is no delay")),
                }
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Delays>> {
        self.delays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Views of one account with the time from which on they were true; the newest last.
pub(crate) type History = Vec<(i64, Arc<AccountView>)>;

/// What a location with these delays sees now.
pub(crate) fn seen(history: &History, delays: Delays, now: i64) -> Option<Arc<AccountView>> {
    if delays == Delays::default() {
        return history.last().map(|(_, view)| Arc::clone(view));
    }
    let at = |delay: Duration| {
        let arrived = now - delay.as_millis() as i64;
        let newest = history.iter().rfind(|(from, _)| delay.is_zero() || *from <= arrived);
        newest.map(|(_, view)| view)
    };
    let distributions = at(delays.distribution)?;
    if delays == Delays::all(delays.distribution) {
        return Some(Arc::clone(distributions));
    }
    let codes = at(delays.function).map(|view| codes(view)).unwrap_or_default();
    // A version that came with a later distribution is not there before it.
    let versions = at(delays.lambda.max(delays.distribution));
    let versions = versions.map(|view| versions_of(view)).unwrap_or_default();
    let mut composed: HashMap<String, Arc<Distribution>> = HashMap::new();
    let mut hosts = HashMap::new();
    for (host, distribution) in &distributions.hosts {
        let made = composed.entry(distribution.settings.id.clone()).or_insert_with(|| {
            let mut made = Distribution::clone(distribution);
            let id = made.settings.id.clone();
            for behavior in &mut made.behaviors {
                replace(behavior, &id, &codes, &versions);
            }
            Arc::new(made)
        });
        hosts.insert(host.clone(), Arc::clone(made));
    }
    let stores = at(delays.store).map(|view| view.stores.clone()).unwrap_or_default();
    Some(Arc::new(AccountView { hosts, stores }))
}

type Codes = HashMap<String, Arc<FunctionCode>>;
/// By distribution, path pattern and event.
type Versions = HashMap<(String, String, bool), EdgeFunction>;

fn functions_of(behavior: &Behavior) -> [(bool, &Option<EdgeFunction>); 2] {
    [(true, &behavior.viewer_request), (false, &behavior.viewer_response)]
}

fn codes(view: &AccountView) -> Codes {
    let behaviors = view.hosts.values().flat_map(|d| &d.behaviors);
    let functions = behaviors.flat_map(functions_of).filter_map(|(_, f)| match f {
        Some(EdgeFunction::Code(code)) => Some((code.name.clone(), Arc::clone(code))),
        _ => None,
    });
    functions.collect()
}

fn versions_of(view: &AccountView) -> Versions {
    let mut found = HashMap::new();
    for distribution in view.hosts.values() {
        for behavior in &distribution.behaviors {
            for (on_request, function) in functions_of(behavior) {
                if let Some(function @ EdgeFunction::Lambda { .. }) = function {
                    let pattern = behavior.settings.pattern.clone();
                    let key = (distribution.settings.id.clone(), pattern, on_request);
                    found.insert(key, function.clone());
                }
            }
        }
    }
    found
}

/// Puts in place what is there already of a behaviour's functions. One that never was there comes with its distribution.
fn replace(behavior: &mut Behavior, distribution: &str, codes: &Codes, versions: &Versions) {
    let pattern = behavior.settings.pattern.clone();
    for (on_request, slot) in [
        (true, &mut behavior.viewer_request),
        (false, &mut behavior.viewer_response),
    ] {
        let older = match slot {
            Some(EdgeFunction::Code(code)) => codes.get(&code.name).map(|code| EdgeFunction::Code(Arc::clone(code))),
            Some(EdgeFunction::Lambda { .. }) => {
                let key = (distribution.to_owned(), pattern.clone(), on_request);
                versions.get(&key).cloned()
            }
            None => None,
        };
        if let Some(older) = older {
            *slot = Some(older);
        }
    }
}
