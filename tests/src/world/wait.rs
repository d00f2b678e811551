//! Waiting for what a running gateway does by itself.

use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longer than any reload takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(5);

/// Waits until the condition holds; `what` names it in the failure.
pub async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "{what} did not happen");
        sleep(INTERVAL).await;
    }
}

/// Polls until the value is as it should be and returns it; a failure shows the latest one.
pub(super) async fn until<T: std::fmt::Debug, F: Future<Output = T>>(
    what: &str,
    poll: impl Fn() -> F,
    is_as_it_should_be: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let latest = poll().await;
        if is_as_it_should_be(&latest) {
            return latest;
        }
        assert!(Instant::now() < deadline, "{what} did not happen; the latest is {latest:#?}");
        sleep(INTERVAL).await;
    }
}
