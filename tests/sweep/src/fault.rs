//! Which call of an operation is hit, and by what.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A call of an operation, by its place among the calls of its kind: the order between kinds is the provider's own affair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) service: String,
    pub(crate) operation: String,
    /// From 1.
    pub(crate) nth: usize,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Throttled,
    Internal,
    Denied,
    Conflict,
    Reset,
    Timeout,
    Killed,
    Interrupted,
}

impl Fault {
    pub(crate) const ALL: [Self; 8] = [
        Self::Throttled,
        Self::Internal,
        Self::Denied,
        Self::Conflict,
        Self::Reset,
        Self::Timeout,
        Self::Killed,
        Self::Interrupted,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Internal => "5xx",
            Self::Denied => "denied",
            Self::Conflict => "conflict",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Killed => "killed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The rule of the local cloud. A call during which the provider is killed or stopped is held, so that it happens there.
    pub(crate) fn rule(self) -> Value {
        match self {
            Self::Throttled => json!({"kind": "throttle"}),
            Self::Internal => json!({"kind": "5xx"}),
            Self::Denied => json!({"kind": "denied"}),
            Self::Conflict => json!({"kind": "conflict"}),
            Self::Reset => json!({"kind": "reset"}),
            Self::Timeout => json!({"kind": "timeout"}),
            Self::Killed | Self::Interrupted => json!({"kind": "hold", "when": "before"}),
        }
    }
}

/// The first, the middle and the last call of each kind.
pub(crate) fn places(calls: &[Value]) -> Vec<Place> {
    let text = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for call in calls {
        *counts
            .entry((text(call, "service"), text(call, "operation")))
            .or_default() += 1;
    }
    let mut places: Vec<_> = counts
        .into_iter()
        .flat_map(|((service, operation), count)| {
            [1, count.div_ceil(2), count].map(|nth| Place {
                service: service.clone(),
                operation: operation.clone(),
                nth,
            })
        })
        .collect();
    places.dedup();
    places
}
