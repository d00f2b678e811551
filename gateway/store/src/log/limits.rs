//! How much one instance may write into the provisioning log.
//!
//! Threat: a client that asks without end, or a connector that calls its app without end, fills the disk that all instances share.

use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Limits of one instance's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    /// The bytes of all its rows. Beyond them, the oldest rows are deleted.
    pub bytes: u64,
    /// Rows a minute. Beyond them, rows of operations that changed nothing are dropped.
    pub rows_per_minute: u32,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { bytes: 256 << 20, rows_per_minute: 6000 }
    }
}

/// What instances have written lately.
#[derive(Debug, Default)]
pub(crate) struct LogUsage(Mutex<HashMap<String, Usage>>);

#[derive(Debug, Default)]
struct Usage {
    /// The minute of the newest row, and how many rows it has.
    minute: i64,
    rows: u32,
    /// Bytes since the instance's rows were last summed up; `None` before the first time.
    unsummed: Option<u64>,
    /// Whether there are any.
    has_written: bool,
}

impl LogUsage {
    /// Counts a row, and says whether it is within the rate.
    pub(crate) fn admits(&self, instance: &str, time: Timestamp, limits: LogLimits) -> bool {
        self.with(instance, |usage| {
            let minute = time.as_second().div_euclid(60);
            // Rows of several threads may come a little out of their order: only a later minute begins anew.
            if minute > usage.minute {
                (usage.minute, usage.rows) = (minute, 0);
            }
            usage.rows = usage.rows.saturating_add(1);
            usage.rows <= limits.rows_per_minute
        })
    }

    /// Adds the bytes of a row that was committed.
    pub(crate) fn add(&self, instance: &str, bytes: u64) {
        self.with(instance, |usage| {
            usage.has_written = true;
            usage.unsummed = usage.unsummed.map(|sum| sum.saturating_add(bytes));
        });
    }

    /// The instances whose rows may have come to be too many, which begin anew.
    pub(crate) fn due(&self, limits: LogLimits) -> Vec<String> {
        let mut usages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = usages
            .iter_mut()
            .filter(|(_, usage)| usage.has_written && usage.unsummed.is_none_or(|bytes| bytes >= limits.slack()));
        due.map(|(instance, usage)| {
            (usage.unsummed, usage.has_written) = (Some(0), false);
            instance.clone()
        })
        .collect()
    }

    /// The rows could not be summed up.
    pub(crate) fn still_due(&self, instance: &str) {
        self.with(instance, |usage| (usage.unsummed, usage.has_written) = (None, true));
    }

    fn with<T>(&self, instance: &str, use_it: impl FnOnce(&mut Usage) -> T) -> T {
        let mut usages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match usages.get_mut(instance) {
            Some(usage) => use_it(usage),
            None => use_it(usages.entry(instance.to_owned()).or_default()),
        }
    }
}

impl LogLimits {
    /// By how much the rows of an instance may exceed or fall short of the limit: summing them up for every row would cost more than
    /// the rows.
    pub(crate) const fn slack(self) -> u64 {
        self.bytes / 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: LogLimits = LogLimits { bytes: 1600, rows_per_minute: 2 };

    #[test]
    fn each_instance_has_its_own_rate_which_begins_anew_each_minute() {
        let usage = LogUsage::default();
        let admits = |instance, second| usage.admits(instance, Timestamp::from_second(second).unwrap(), LIMITS);
        assert_eq!([60, 61, 62, 59].map(|second| admits("acme", second)), [true, true, false, false]);
        assert_eq!([119, 120, 121, 122].map(|second| admits("globex", second)), [true, true, true, false]);
        assert!(admits("acme", 120));
    }

    #[test]
    fn rows_are_summed_up_at_first_and_then_after_a_sixteenth_of_the_limit() {
        let usage = LogUsage::default();
        assert_eq!(usage.due(LIMITS), [""; 0]);
        usage.add("acme", 1);
        assert_eq!(usage.due(LIMITS), ["acme"]);
        usage.add("acme", 99);
        assert_eq!(usage.due(LIMITS), [""; 0]);
        usage.add("acme", 1);
        assert_eq!(usage.due(LIMITS), ["acme"]);
        usage.still_due("acme");
        assert_eq!(usage.due(LIMITS), ["acme"]);
    }
}
