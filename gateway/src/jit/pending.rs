//! Sign-ins that have started and are not finished.
//!
//! The table is in memory: its entries are worthless after ten minutes, and a restart costs a person one click. Its size is limited,
//! because anybody can start a sign-in; when it is full, the oldest entry is removed, so that a flood has to be faster than people
//! instead of locking them out for as long as it lasts.

use super::clock::age;
use openidconnect::{Nonce, PkceCodeVerifier};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How long a person may take at the provider.
pub(super) const LIFETIME: Duration = Duration::from_secs(600);

/// Maximum pending sign-ins of one instance; some 300 bytes each.
const CAPACITY: usize = 10_000;

/// What is needed when the browser returns.
pub(super) struct PendingSignIn {
    /// The ID token must repeat it (OpenID Connect Core §3.1.2.1).
    pub(super) nonce: Nonce,
    /// Proves to the provider that this gateway started the sign-in (RFC 7636).
    pub(super) verifier: PkceCodeVerifier,
    /// What the browser's cookie must contain.
    pub(super) browser: String,
    /// When it started.
    pub(super) at: SystemTime,
}

/// The sign-ins of one instance, by their `state`.
pub(super) struct PendingSignIns {
    capacity: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    sign_ins: HashMap<String, PendingSignIn>,
    /// The states in the order in which the sign-ins started, including finished ones.
    order: VecDeque<String>,
}

impl PendingSignIns {
    pub(super) fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: usize) -> Self {
        Self { capacity, table: Mutex::default() }
    }

    pub(super) fn insert(&self, state: String, begun: PendingSignIn) {
        let now = begun.at;
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(oldest) = table.order.front().map(|state| table.sign_ins.get(state)) {
            let useless = oldest.is_none_or(|begun| age(begun.at, now) > LIFETIME);
            if !useless && table.order.len() < self.capacity {
                break;
            }
            if let Some(state) = table.order.pop_front() {
                table.sign_ins.remove(&state);
            }
        }
        table.order.push_back(state.clone());
        table.sign_ins.insert(state, begun);
    }

    /// Removes and returns the sign-in with that state; `None` if it is unknown, expired or already taken.
    pub(super) fn take(&self, state: &str, now: SystemTime) -> Option<PendingSignIn> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.sign_ins.remove(state).filter(|begun| age(begun.at, now) <= LIFETIME)
    }
}

impl fmt::Debug for PendingSignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignIns").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(at: SystemTime) -> PendingSignIn {
        let verifier = PkceCodeVerifier::new("v".repeat(43));
        PendingSignIn { nonce: Nonce::new("n".into()), verifier, browser: "b".into(), at }
    }

    #[test]
    fn a_sign_in_is_taken_once_and_only_within_its_lifetime() {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (later, expected) in [(0, true), (600, true), (601, false)] {
            let pending = PendingSignIns::new();
            pending.insert("state".into(), begun(start));
            let now = start + Duration::from_secs(later);
            assert_eq!(pending.take("state", now).is_some(), expected, "after {later} s");
            assert!(pending.take("state", now).is_none(), "twice");
        }
        let pending = PendingSignIns::new();
        pending.insert("state".into(), begun(start));
        assert!(pending.take("state", start - Duration::from_secs(1)).is_none(), "a clock that was set back");
    }

    #[test]
    fn a_full_table_forgets_the_oldest_and_never_grows() {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let pending = PendingSignIns::with_capacity(3);
        for number in 0..100 {
            pending.insert(number.to_string(), begun(start));
            if number % 2 == 0 {
                assert!(pending.take(&number.to_string(), start).is_some());
            }
            let table = pending.table.lock().expect("the table");
            assert!(table.order.len() <= 3 && table.sign_ins.len() <= 3);
        }
        assert!(pending.take("1", start).is_none());
        assert!(pending.take("99", start).is_some());
    }

    #[test]
    fn expired_sign_ins_are_removed() {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let pending = PendingSignIns::new();
        for number in 0..50 {
            pending.insert(number.to_string(), begun(start));
        }
        pending.insert("new".into(), begun(start + LIFETIME * 2));
        assert_eq!(pending.table.lock().expect("the table").sign_ins.len(), 1);
    }
}
