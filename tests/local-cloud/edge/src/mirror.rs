//! The accounts as the locations see them: read when something changed, seen by each location after its delay.
//!
//! Without delay nothing is read until somebody asks, and whoever asks waits for what changed before. A read that fails leaves
//! the change pending and is an error to the one who asked: stale configuration is not served.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, watch};

use crate::aws_api::{ApiError, AwsApi};
use crate::clock::Clock;
use crate::lambda::LambdaVersion;
use crate::message::Refusal;
use crate::options::{Change, EdgeOptions, Location};
use crate::propagation::{self, History, Propagation};
use crate::store_view::{StoreView, name_of};
use crate::view::{AccountView, Distribution, Reader};

/// How often the edge polls at most.
const SHORTEST_POLL: Duration = Duration::from_millis(5);
/// More single keys than this, and reading the store anew is cheaper.
const SINGLE_KEYS: usize = 200;

/// What is to be read again.
#[derive(Clone, Debug, Default)]
struct Pending {
    configuration: bool,
    /// Stores by name; `None`: all of their keys.
    stores: HashMap<String, Option<BTreeSet<String>>>,
    since: Option<i64>,
}

impl Pending {
    fn everything(now: i64) -> Self {
        Self {
            configuration: true,
            stores: HashMap::new(),
            since: Some(now),
        }
    }

    fn is_empty(&self) -> bool {
        !self.configuration && self.stores.is_empty()
    }

    fn merge(&mut self, other: Self) {
        self.configuration |= other.configuration;
        self.since = match (self.since, other.since) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        for (store, keys) in other.stores {
            let merged = match (self.stores.remove(&store), keys) {
                (Some(None), _) | (_, None) => None,
                (Some(Some(mut a)), Some(b)) => {
                    a.extend(b);
                    Some(a)
                }
                (None, Some(b)) => Some(b),
            };
            self.stores.insert(store, merged.filter(|k| k.len() <= SINGLE_KEYS));
        }
    }
}

#[derive(Debug, Default)]
struct Account {
    pending: Mutex<Pending>,
    /// When it was read last, for polling.
    read_at: Mutex<Option<Instant>>,
    /// Held while the account is read.
    reading: tokio::sync::Mutex<()>,
    views: Mutex<History>,
}

/// Everything the edge knows.
#[derive(Debug)]
pub(crate) struct Mirror {
    api: AwsApi,
    clock: Clock,
    pub(crate) propagation: Propagation,
    accounts: Mutex<BTreeMap<String, Arc<Account>>>,
    known: watch::Receiver<BTreeSet<String>>,
    lambdas: tokio::sync::Mutex<HashMap<String, Arc<LambdaVersion>>>,
    state_dir: PathBuf,
    /// `None` while the control plane tells of changes.
    poll: Mutex<Option<Duration>>,
    poll_interval: Duration,
    changes: Mutex<Option<broadcast::Receiver<Change>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mirror {
    pub(crate) fn new(options: &EdgeOptions, api: AwsApi, clock: Clock) -> Self {
        let changes = options.changes.as_ref().map(broadcast::Receiver::resubscribe);
        Self {
            api,
            clock,
            propagation: Propagation::new(&options.locations),
            accounts: Mutex::default(),
            known: options.accounts.clone(),
            lambdas: tokio::sync::Mutex::default(),
            state_dir: options.state_dir.clone(),
            poll: Mutex::new(options.changes.is_none().then_some(options.poll_interval)),
            poll_interval: options.poll_interval,
            changes: Mutex::new(changes),
        }
    }

    /// Keeps locations that are behind supplied with what is true now, so that they can show it later.
    pub(crate) async fn follow(&self, changes: Option<broadcast::Receiver<Change>>) {
        if let Some(mut changes) = changes {
            // What was received is taken up by `drain`; here it only wakes.
            while !matches!(changes.recv().await, Err(broadcast::error::RecvError::Closed)) {
                self.catch_up().await;
            }
        }
        loop {
            tokio::time::sleep(self.poll_interval.max(SHORTEST_POLL)).await;
            if self.is_behind() {
                self.read_all().await;
            }
        }
    }

    /// Takes note of every change that was sent so far. When their source is gone the edge polls.
    fn drain(&self) {
        let mut source = locked(&self.changes);
        let Some(changes) = source.as_mut() else { return };
        loop {
            match changes.try_recv() {
                Ok(change) => self.note(change),
                Err(broadcast::error::TryRecvError::Lagged(_)) => self.note_everything(),
                Err(broadcast::error::TryRecvError::Empty) => return,
                Err(broadcast::error::TryRecvError::Closed) => break,
            }
        }
        *source = None;
        *locked(&self.poll) = Some(self.poll_interval);
    }

    fn is_behind(&self) -> bool {
        !self.propagation.longest().is_zero()
    }

    /// Takes up what changed so far under the time it is now, where some location will see it later.
    pub(crate) async fn catch_up(&self) {
        if self.is_behind() {
            self.drain();
            self.read_all().await;
        }
    }

    /// Makes what is true now the state of every location, as if nothing had changed for long. A change of delays or a clock that
    /// is put back begins with this: what was under way before has no time any more.
    pub(crate) async fn settle(&self) {
        self.drain();
        self.read_all().await;
        for account in self.accounts().values() {
            let mut views = locked(&account.views);
            let newest = views.pop();
            views.clear();
            views.extend(newest.map(|(_, view)| (i64::MIN, view)));
        }
    }

    async fn read_all(&self) {
        for (id, account) in self.accounts() {
            // A failure stays pending; whoever asks next meets it.
            let _ = self.read(&id, &account).await;
        }
    }

    fn note(&self, change: Change) {
        let now = Some(self.clock.now());
        let pending = match &change {
            Change::Configuration { .. } => Pending {
                configuration: true,
                since: now,
                ..Pending::default()
            },
            Change::Keys { store, keys, .. } => {
                let keys = (!keys.is_empty()).then(|| keys.iter().cloned().collect());
                Pending {
                    stores: HashMap::from([(name_of(store).to_owned(), keys)]),
                    since: now,
                    ..Pending::default()
                }
            }
        };
        if let Some(account) = self.accounts().get(change.account()) {
            locked(&account.pending).merge(pending);
        }
    }

    fn note_everything(&self) {
        for account in self.accounts().values() {
            let mut pending = Pending::everything(self.clock.now());
            if let Some((_, view)) = locked(&account.views).last() {
                pending.stores = view.stores.keys().map(|s| (name_of(s).to_owned(), None)).collect();
            }
            locked(&account.pending).merge(pending);
        }
    }

    /// The known accounts; one seen for the first time is to be read in full.
    fn accounts(&self) -> BTreeMap<String, Arc<Account>> {
        let mut accounts = locked(&self.accounts);
        for id in self.known.borrow().iter() {
            accounts.entry(id.clone()).or_insert_with(|| {
                let account = Account::default();
                *locked(&account.pending) = Pending::everything(self.clock.now());
                Arc::new(account)
            });
        }
        accounts.clone()
    }

    fn is_due(&self, account: &Account) -> bool {
        let overdue = match *locked(&self.poll) {
            Some(interval) => locked(&account.read_at).is_none_or(|t| t.elapsed() >= interval),
            None => false,
        };
        overdue || !locked(&account.pending).is_empty()
    }

    async fn read(&self, id: &str, account: &Account) -> Result<(), ApiError> {
        let _reading = account.reading.lock().await;
        if !self.is_due(account) {
            return Ok(());
        }
        let latest = locked(&account.views)
            .last()
            .map(|(_, v)| Arc::clone(v))
            .unwrap_or_default();
        let mut pending = std::mem::take(&mut *locked(&account.pending));
        if pending.is_empty() {
            // Polling: nobody said what changed.
            pending = Pending::everything(self.clock.now());
            pending.stores = latest.stores.keys().map(|s| (name_of(s).to_owned(), None)).collect();
        }
        match self.next_view(id, &latest, &pending).await {
            Ok(view) => {
                let from = pending.since.unwrap_or_else(|| self.clock.now());
                self.keep(account, from, view);
                *locked(&account.read_at) = Some(Instant::now());
                Ok(())
            }
            Err(e) => {
                locked(&account.pending).merge(pending);
                Err(e)
            }
        }
    }

    async fn next_view(&self, id: &str, latest: &AccountView, pending: &Pending) -> Result<AccountView, ApiError> {
        let mut view = latest.clone();
        let mut wanted: Vec<String> = view.stores.keys().cloned().collect();
        if pending.configuration {
            let reader = Reader {
                api: &self.api,
                account: id,
                lambdas: &self.lambdas,
                state_dir: &self.state_dir,
            };
            let distributions = reader.distributions().await?;
            wanted = AccountView::wanted_stores(&distributions);
            view.hosts = AccountView::by_host(distributions);
        }
        let mut stores = BTreeMap::new();
        for arn in wanted {
            let store = match (view.stores.get(&arn), pending.stores.get(name_of(&arn))) {
                (Some(known), None) => Arc::clone(known),
                (Some(known), Some(Some(keys))) => Arc::new(known.reread(&self.api, id, &arn, keys.iter()).await?),
                (None, _) | (_, Some(None)) => match StoreView::read(&self.api, id, &arn).await {
                    Ok(store) => Arc::new(store),
                    // The function that reads it will throw, which is a refusal.
                    Err(ApiError::Missing(_)) => continue,
                    Err(e) => return Err(e),
                },
            };
            stores.insert(arn, store);
        }
        view.stores = stores;
        Ok(view)
    }

    fn keep(&self, account: &Account, from: i64, view: AccountView) {
        let horizon = self.propagation.longest().as_millis() as i64;
        let mut views = locked(&account.views);
        views.push((from, Arc::new(view)));
        let now = self.clock.now();
        // The newest view that every location already has is the oldest one anybody needs.
        let oldest = views.iter().rposition(|(t, _)| *t <= now - horizon).unwrap_or(0);
        views.drain(..oldest);
    }

    fn seen(&self, account: &Account, location: &Location) -> Option<Arc<AccountView>> {
        propagation::seen(
            &locked(&account.views),
            self.propagation.of(&location.name),
            self.clock.now(),
        )
    }

    /// The distribution of a host name at a location, with the account's view it belongs to.
    pub(crate) async fn find(
        &self,
        host: &str,
        location: &Location,
    ) -> Result<Option<(Arc<Distribution>, Arc<AccountView>)>, Refusal> {
        self.drain();
        let accounts = self.accounts();
        let holds = |account: &Account| self.seen(account, location).filter(|v| v.hosts.contains_key(host));
        let owner = accounts.iter().find(|(_, a)| holds(a).is_some());
        // A change that is being read was taken up already, and is not there yet.
        let fresh = owner.is_some_and(|(_, a)| !self.is_due(a) && a.reading.try_lock().is_ok());
        if !fresh {
            let due = accounts
                .iter()
                .filter(|(_, a)| owner.is_none_or(|(_, o)| Arc::ptr_eq(a, o)));
            for (id, account) in due {
                self.read(id, account)
                    .await
                    .map_err(|e| Refusal::error(503, e.to_string()))?;
            }
        }
        let found = accounts.values().find_map(|a| holds(a));
        Ok(found.and_then(|view| view.hosts.get(host).cloned().map(|d| (d, Arc::clone(&view)))))
    }
}
