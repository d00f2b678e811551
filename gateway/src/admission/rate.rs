//! Rates for many keys, in a bounded table.
//!
//! Each key has a bucket of so many, which refills by one in an interval; only the time at which it will be full again is kept
//! (the "generic cell rate algorithm").

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many times at once.
    pub burst: u32,
    /// The time after which it may happen once more.
    pub interval: Duration,
}

/// What has happened lately. Times are durations since any fixed moment.
#[derive(Debug)]
pub struct Rates<K> {
    capacity: usize,
    /// When everything is forgotten, by key. When the recent ones are too many, they replace the older ones, which start again.
    recent: HashMap<K, Duration>,
    older: HashMap<K, Duration>,
}

impl<K: Hash + Eq + Copy> Rates<K> {
    /// Remembers at most twice as many keys.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, recent: HashMap::new(), older: HashMap::new() }
    }

    /// How long until it may happen again; `None` if it may now.
    pub fn wait(&self, key: &K, rate: Rate, now: Duration) -> Option<Duration> {
        let wait = self.debt(key, rate, now).saturating_sub(rate.interval * rate.burst.saturating_sub(1));
        (!wait.is_zero()).then_some(wait)
    }

    /// How long until all of it may happen again; `None` if it may now.
    pub fn wait_for_all(&self, all: &[(K, Rate)], now: Duration) -> Option<Duration> {
        all.iter().filter_map(|(key, rate)| self.wait(key, *rate, now)).max()
    }

    /// It happened, if all of it may happen now.
    ///
    /// # Errors
    /// How long until it may.
    pub fn take_all(&mut self, all: &[(K, Rate)], now: Duration) -> Result<(), Duration> {
        match self.wait_for_all(all, now) {
            Some(wait) => Err(wait),
            None => {
                all.iter().for_each(|(key, rate)| self.take(*key, *rate, now));
                Ok(())
            }
        }
    }

    /// It happened.
    pub fn take(&mut self, key: K, rate: Rate, now: Duration) {
        self.set(key, now + self.debt(&key, rate, now) + rate.interval);
    }

    /// It does not count after all.
    pub fn give_back(&mut self, key: K, rate: Rate, now: Duration) {
        let debt = self.debt(&key, rate, now);
        if !debt.is_zero() {
            self.set(key, now + debt.saturating_sub(rate.interval));
        }
    }

    /// How long until everything is forgotten. A clock that was set back must not make it longer than it can be.
    fn debt(&self, key: &K, rate: Rate, now: Duration) -> Duration {
        let at = self.recent.get(key).or_else(|| self.older.get(key)).copied().unwrap_or_default();
        at.saturating_sub(now).min(rate.interval * rate.burst)
    }

    fn set(&mut self, key: K, at: Duration) {
        if self.recent.len() >= self.capacity && !self.recent.contains_key(&key) {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(key, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, interval: Duration::from_secs(2) };

    fn happened(rates: &mut Rates<u32>, key: u32, tries: usize, seconds: u64) -> usize {
        let now = Duration::from_secs(seconds);
        let happens = |_: &usize| {
            let may = rates.wait(&key, RATE, now).is_none();
            if may {
                rates.take(key, RATE, now);
            }
            may
        };
        (0..tries).filter(happens).count()
    }

    #[test]
    fn a_burst_is_allowed_and_then_one_in_each_interval() {
        let mut rates = Rates::new(10);
        assert_eq!(happened(&mut rates, 1, 9, 100), 3);
        assert_eq!(rates.wait(&1, RATE, Duration::from_secs(101)), Some(Duration::from_secs(1)));
        assert_eq!(happened(&mut rates, 2, 9, 100), 3);
        assert_eq!(happened(&mut rates, 1, 9, 102), 1);
        assert_eq!(happened(&mut rates, 1, 9, 1000), 3);
    }

    #[test]
    fn what_is_given_back_did_not_happen() {
        let mut rates = Rates::new(10);
        for _ in 0..100 {
            assert_eq!(happened(&mut rates, 1, 1, 100), 1);
            rates.give_back(1, RATE, Duration::from_secs(100));
        }
        assert_eq!(happened(&mut rates, 1, 9, 100), 3);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_longer() {
        let mut rates = Rates::new(10);
        assert_eq!(happened(&mut rates, 1, 9, 1_000_000), 3);
        assert!(rates.wait(&1, RATE, Duration::ZERO) <= Some(RATE.interval));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_the_oldest() {
        let mut rates = Rates::new(10);
        (0..1000).for_each(|key| rates.take(key, RATE, Duration::ZERO));
        assert!(rates.recent.len() <= 10 && rates.older.len() <= 10);
        assert!(rates.debt(&999, RATE, Duration::ZERO) > Duration::ZERO);
        assert!(rates.debt(&979, RATE, Duration::ZERO).is_zero());
    }
}
