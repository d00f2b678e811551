//! What an input may cost: processor time that grows with its length alone.

use std::time::Duration;

/// Reading an input of a few bytes touches tables that are made once.
const AT_LEAST: Duration = Duration::from_millis(100);

/// The processor time that this thread has used; waiting for a processor does not count. None where the system does not say.
fn used() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Runs `work` and panics if it takes more processor time than `each` for every one of `units`.
pub fn bounded<T>(units: u64, each: Duration, work: impl FnOnce() -> T) -> T {
    let before = used();
    let result = work();
    if let (Some(before), Some(after)) = (before, used()) {
        let (taken, allowed) =
            (after.saturating_sub(before), AT_LEAST + each * u32::try_from(units).unwrap_or(u32::MAX));
        assert!(taken <= allowed, "{units} units took {taken:?} of processor time, and {allowed:?} are allowed");
    }
    result
}
