//! All parts of the writer, in the order in which they depend on each other.

use zt_framework::Diagnostic;

use super::{Scope, Wanted, function, log_group, mapping, queues, role, schedule};

/// The writer as it stands after an apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::session_store) struct Deployed {
    pub(in crate::session_store) queue_url: String,
    pub(in crate::session_store) queue_arn: String,
    pub(in crate::session_store) dead_letter_queue_arn: String,
    pub(in crate::session_store) function_arn: String,
}

/// The writer as a refresh finds it; what is absent is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::session_store) struct Seen {
    pub(in crate::session_store) queue_url: Option<String>,
    pub(in crate::session_store) queue_arn: Option<String>,
    pub(in crate::session_store) dead_letter_queue_arn: Option<String>,
    pub(in crate::session_store) function_arn: Option<String>,
    pub(in crate::session_store) log_retention_days: Option<i64>,
    pub(in crate::session_store) prune_schedule: Option<String>,
    /// Whether every part is there and as it has to be.
    pub(in crate::session_store) in_order: bool,
}

/// Makes the writer, or changes it until it is as wanted. Messages are taken only once all else stands.
pub(in crate::session_store) async fn ensure(scope: &Scope<'_>, wanted: &Wanted) -> Result<Deployed, Diagnostic> {
    let dead = queues::ensure(scope, &queues::dead_letters(scope)).await?;
    let queue = queues::ensure(scope, &queues::revocations(scope, &dead.arn)).await?;
    let group = log_group::ensure(scope, wanted.log_retention_days).await?;
    let access = role::Access {
        store: &scope.store_arn,
        queue: &queue.arn,
        dead_letters: &dead.arn,
        log_group: &group,
    };
    let role = role::ensure(scope, &access).await?;
    let archive = scope.archive(&dead.url)?;
    let function = function::ensure(scope, &role, &archive).await?;
    mapping::ensure(scope, &function, &queue.arn).await?;
    schedule::ensure(scope, &function, &wanted.prune_schedule).await?;
    Ok(Deployed {
        queue_url: queue.url,
        queue_arn: queue.arn,
        dead_letter_queue_arn: dead.arn,
        function_arn: function,
    })
}

/// Looks at every part.
pub(in crate::session_store) async fn look(scope: &Scope<'_>, wanted: &Wanted) -> Result<Seen, Diagnostic> {
    let names = scope.names();
    let (dead, queue, group, function, rule) = tokio::try_join!(
        queues::look(scope, &names.dead_letter_queue),
        queues::look(scope, &names.queue),
        log_group::look(scope),
        function::look(scope),
        schedule::look(scope),
    )?;
    let mut seen = Seen {
        queue_url: queue.as_ref().map(|queue| queue.url.clone()),
        queue_arn: queue.as_ref().map(|queue| queue.arn.clone()),
        dead_letter_queue_arn: dead.as_ref().map(|queue| queue.arn.clone()),
        function_arn: function.as_ref().map(|function| function::plain_arn(&function.arn)),
        log_retention_days: group.as_ref().and_then(|group| group.retention_days),
        prune_schedule: rule.as_ref().map(|rule| rule.config.schedule.clone()),
        in_order: false,
    };
    let (Some(dead), Some(queue), Some(group), Some(function), Some(rule)) = (dead, queue, group, function, rule)
    else {
        return Ok(seen);
    };
    let access = role::Access {
        store: &scope.store_arn,
        queue: &queue.arn,
        dead_letters: &dead.arn,
        log_group: &group.arn,
    };
    let arn = function::plain_arn(&function.arn);
    let archive = scope.archive(&dead.url)?;
    let (role, mapped, scheduled) = tokio::try_join!(
        role::is_as_wanted(scope, &access),
        mapping::is_as_wanted(scope, &arn, &queue.arn),
        schedule::is_as_wanted(scope, &rule, &arn, &wanted.prune_schedule),
    )?;
    seen.in_order = role
        && mapped
        && scheduled
        && group.retention_days == Some(wanted.log_retention_days)
        && queues::dead_letters(scope).is_met_by(&dead)
        && queues::revocations(scope, &dead.arn).is_met_by(&queue)
        && function::is_as_wanted(scope, &function, &archive);
    Ok(seen)
}

/// Removes what is of this instance, what takes messages first.
pub(in crate::session_store) async fn remove(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    schedule::remove(scope).await?;
    let names = scope.names();
    if let Some(queue) = queues::look(scope, &names.queue).await? {
        mapping::remove(scope, &names.function, &queue.arn).await?;
    }
    function::remove(scope).await?;
    queues::remove(scope, &names.queue).await?;
    queues::remove(scope, &names.dead_letter_queue).await?;
    role::remove(scope).await?;
    log_group::remove(scope).await
}
