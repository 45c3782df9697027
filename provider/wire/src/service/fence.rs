//! The panic fence: a mistake in one call is an error of that call and of nothing else.
//!
//! The panic's own text may hold a secret, so only its place in the source is shown and logged.

use super::Outcome;
use super::answer::Answer;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::task::Poll;
use std::time::Instant;
use tonic::Status;
use zt_framework::{Diagnostic, Diagnostics};

thread_local! {
    /// Where this thread panicked last; read in the same poll that caught it.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes the place of each panic instead of printing its text.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
            if tracing::enabled!(tracing::Level::ERROR) {
                tracing::error!(%place, "panic");
            } else {
                // Whoever looks at stderr should find it even without a log; when that is closed nobody looks.
                let _ = writeln!(std::io::stderr(), "panic at {place}");
            }
            PLACE.with_borrow_mut(|last| *last = Some(place));
        }));
    });
}

/// Runs a call. It goes on when the client hangs up: half a change is worse than one nobody waits for.
pub(crate) async fn run<A: Answer>(
    name: &'static str,
    work: impl Future<Output = Outcome<A>> + Send + 'static,
) -> Result<A, Status> {
    let begun = Instant::now();
    tracing::trace!(tf_rpc = name, "call received");
    let outcome = tokio::spawn(caught(name, work)).await;
    let milliseconds = begun.elapsed().as_millis();
    tracing::trace!(tf_rpc = name, tf_req_duration_ms = milliseconds, "call answered");
    match outcome {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(diagnostics)) => Ok(A::refusal(diagnostics)),
        // The runtime is going down.
        Err(_) => Err(Status::cancelled("the provider is shutting down")),
    }
}

async fn caught<A>(name: &'static str, work: impl Future<Output = Outcome<A>> + Send) -> Outcome<A> {
    let mut work = Box::pin(work);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(Err(report(name))),
        },
    )
    .await
}

fn report(name: &str) -> Diagnostics {
    let place = PLACE
        .with_borrow_mut(Option::take)
        .unwrap_or_else(|| "an unknown place".to_owned());
    let detail = format!(
        "The provider made a mistake in {name} at {place} and could not go on. Other operations are not affected. \
         Please report this, with what you were doing; what exists remotely may be ahead of the stored state.",
    );
    Diagnostic::error("Internal error of the provider", detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zt_wire_proto::tfplugin6 as pb;

    async fn check(work: impl Future<Output = Outcome<pb::read_resource::Response>> + Send + 'static) -> Vec<String> {
        install_hook();
        let answer = run("ReadResource", work).await.unwrap();
        answer.diagnostics.into_iter().map(|one| one.detail).collect()
    }

    #[tokio::test]
    async fn a_panic_is_an_error_that_names_its_place_and_not_its_text() {
        let details = check(async { panic!("the password is swordfish") }).await;
        assert!(details[0].contains("fence.rs:"), "{details:?}");
        assert!(!details[0].contains("swordfish"), "{details:?}");
        assert_eq!(check(async { Ok(Default::default()) }).await, Vec::<String>::new());
    }
}
