//! One case: an operation with a fault at one call, then what has to be true.

use std::sync::Arc;

use tokio::runtime::Runtime;
use zt_test_support::cloud::LocalCloud;

use crate::account::Account;
use crate::core::Core;
use crate::fault::{Fault, Place, places};
use crate::scenario::{Configurations, Scenario};
use crate::schemas::Schemas;
use crate::watcher::{self, Watcher};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
}

impl Operation {
    pub(crate) const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Delete];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// A fault at a call of an operation on an object.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) scenario: Scenario,
    pub(crate) operation: Operation,
    pub(crate) place: Place,
    pub(crate) fault: Fault,
}

impl std::fmt::Display for Case {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place {
            service,
            operation,
            nth,
        } = &self.place;
        let (address, doing, fault) = (self.scenario.address(), self.operation.name(), self.fault.name());
        write!(out, "{address} {doing}: {fault} at {service}:{operation} #{nth}")
    }
}

/// The world of all cases.
pub(crate) struct World {
    pub(crate) cloud: LocalCloud,
    pub(crate) schemas: Schemas,
    pub(crate) runtime: Arc<Runtime>,
}

/// How a case that held went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The operation succeeded in spite of the fault.
    Overcome,
    /// It failed, and the next command made it good.
    Mended,
    /// It went well with fewer calls of this kind than the run without faults made: how often a wait looks is a matter of time.
    Unreached,
}

/// The calls of an operation without faults.
pub(crate) fn calls(
    world: &World,
    number: usize,
    scenario: Scenario,
    operation: Operation,
) -> Result<Vec<Place>, String> {
    let account = Account::new(&world.cloud, number);
    let mut stage = Stage::set(world, &account, scenario, operation)?;
    let change = stage.decide(operation)?;
    let before = account.calls().len();
    let answer = stage.core.plugin.wait(stage.core.begin(&change));
    let calls = account.calls();
    stage.core.keep(scenario.address(), &change, answer)?;
    stage.finish(operation)?;
    Ok(places(&calls[before..]))
}

/// Runs a case to its end, under the eyes of visitors.
pub(crate) fn run(world: &World, number: usize, case: &Case) -> Result<Outcome, String> {
    let account = Account::new(&world.cloud, number);
    watched(&account, case.scenario.has_door(), &watcher::NOBODY, || {
        let mut stage = Stage::set(world, &account, case.scenario, case.operation)?;
        // Before a create there is nothing a session could be made for.
        let applied = case.scenario.has_door() && (case.operation != Operation::Create || !case.scenario.makes_door());
        let guests = applied.then(|| watcher::refused_sessions(&account)).transpose()?;
        let guests = guests.unwrap_or_default();
        watched(&account, !guests.is_empty(), &guests, || {
            faulted(&mut stage, &account, case)
        })
    })
}

fn watched(
    account: &Account<'_>,
    watching: bool,
    guests: &[watcher::Guest],
    work: impl FnOnce() -> Result<Outcome, String>,
) -> Result<Outcome, String> {
    std::thread::scope(|scope| {
        let watcher = watching.then(|| Watcher::start(scope, account, guests));
        let outcome = work();
        let seen = watcher.map(Watcher::end).unwrap_or_default();
        match seen.open.first() {
            Some(open) => Err(format!(
                "served {open}, of {} requests; the case: {outcome:?}",
                seen.requests
            )),
            None if watching && seen.closed == 0 && outcome.is_ok() => Err("a watcher never met the door".to_owned()),
            None => outcome,
        }
    })
}

fn faulted(stage: &mut Stage<'_>, account: &Account<'_>, case: &Case) -> Result<Outcome, String> {
    let change = stage.decide(case.operation)?;
    account.fault_at(&case.place, &case.fault.rule());
    let running = stage.core.begin(&change);
    let held = strike(stage, account, case.fault);
    let answer = stage.core.plugin.wait(running);
    let died = answer.is_none();
    let hit = account.was_hit();
    account.clear_faults();
    if died != (held && case.fault == Fault::Killed) {
        return Err("the provider ended or hung by itself".to_owned());
    }
    let kept = stage.core.keep(case.scenario.address(), &change, answer);
    if let Err(message) = &kept
        && (!hit || message.starts_with("rule broken"))
    {
        return Err(message.clone());
    }
    if !hit && case.place.nth == 1 {
        return Err("the call was never made".to_owned());
    }
    stage.finish(case.operation)?;
    Ok(match (hit, kept) {
        (false, _) => Outcome::Unreached,
        (true, Ok(())) => Outcome::Overcome,
        (true, Err(_)) => Outcome::Mended,
    })
}

/// Kills or stops the provider while the call is held; whether it came to that.
fn strike(stage: &mut Stage<'_>, account: &Account<'_>, fault: Fault) -> bool {
    if !matches!(fault, Fault::Killed | Fault::Interrupted) {
        return false;
    }
    let Some(id) = account.held() else {
        return false;
    };
    match fault {
        Fault::Killed => stage.core.plugin.kill(),
        _ => stage.core.plugin.stop(),
    }
    account.release(id);
    true
}

/// The objects of a case.
struct Stage<'a> {
    account: &'a Account<'a>,
    scenario: Scenario,
    core: Core<'a>,
    configurations: Configurations<'a>,
}

impl<'a> Stage<'a> {
    /// Everything that is there before the operation.
    fn set(
        world: &'a World,
        account: &'a Account<'a>,
        scenario: Scenario,
        operation: Operation,
    ) -> Result<Self, String> {
        let core = Core::start(&world.runtime, account, &world.schemas)?;
        let configurations = Configurations::new(account, &world.schemas);
        let mut stage = Self {
            account,
            scenario,
            core,
            configurations,
        };
        let own = (operation != Operation::Create).then_some(scenario.address());
        for address in scenario.base().iter().copied().chain(own) {
            let config = stage.configurations.of(&stage.core, address, false);
            stage
                .core
                .run(address, Some(&config))
                .map_err(|error| format!("before: {address}: {error}"))?;
        }
        Ok(stage)
    }

    fn wanted(&self, operation: Operation) -> Option<zt_framework::Value> {
        let changed = operation == Operation::Update;
        (operation != Operation::Delete).then(|| self.configurations.of(&self.core, self.scenario.address(), changed))
    }

    fn decide(&mut self, operation: Operation) -> Result<crate::core::Change, String> {
        let wanted = self.wanted(operation);
        let change = self.core.decide(self.scenario.address(), wanted.as_ref())?;
        change.ok_or_else(|| "there is nothing to do".to_owned())
    }

    /// The commands after: the same again converges, a plan is empty, and a destroy leaves nothing.
    fn finish(&mut self, operation: Operation) -> Result<(), String> {
        let address = self.scenario.address();
        let wanted = self.wanted(operation);
        self.core.next_command()?;
        self.core
            .run(address, wanted.as_ref())
            .map_err(|error| format!("the next command: {error}"))?;
        if let Some(wanted) = &wanted {
            self.core.refresh(address)?;
            if self.core.plan(address, wanted)?.is_some() {
                return Err("the plan after the next command is not empty".to_owned());
            }
        }
        let all = self.scenario.base().iter().copied().chain([address]);
        for address in all.collect::<Vec<_>>().into_iter().rev() {
            self.core
                .run(address, None)
                .map_err(|error| format!("destroy of {address}: {error}"))?;
        }
        let left = self.account.left_over();
        match left.is_empty() {
            true => Ok(()),
            false => Err(format!("left over: {left:?}")),
        }
    }
}
