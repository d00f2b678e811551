//! One instance's rails, and what this gateway knows of them.

use super::rail::Rail;
use super::refusal::{Cause, Refusal};
use crate::config;
use crate::store::{RailState, RailWrite, Store, StoreError, Write};
use jiff::{SignedDuration, Timestamp};
use scim_protocol::{Error, ErrorStatus};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The wall clock; a value, so that a test need not wait.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One instance's rails, and what this gateway knows of them.
pub struct GuardRails {
    pub(super) limits: config::GuardRails,
    clock: Clock,
    /// The rails that refuse requests, as far as this gateway has seen: for `/readyz`, which answers from memory.
    seen: Mutex<BTreeMap<Rail, String>>,
    /// How many users the app had, and when it was asked.
    pub(super) users: Mutex<Option<(Timestamp, Option<u64>)>>,
}

impl GuardRails {
    /// The rails that a configuration sets.
    #[must_use]
    pub fn new(limits: config::GuardRails, clock: Clock) -> Self {
        Self { limits, clock, seen: Mutex::default(), users: Mutex::default() }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The reasons of the rails that refuse requests.
    #[must_use]
    pub fn tripped(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Looks at what other gateways and the operator did to the rails.
    pub(super) async fn watch(&self, store: &Store, instance: &str) -> Result<(), StoreError> {
        if self.limits.any() {
            let rows = store.rails(instance).await?;
            for rail in Rail::ALL {
                let state = rows.iter().find(|row| row.rail == rail.name()).map(|row| row.state.clone());
                self.see(*rail, &state.unwrap_or_default());
            }
        }
        Ok(())
    }

    pub(super) async fn state_of(&self, store: &Store, instance: &str, rail: Rail) -> Result<RailState, StoreError> {
        let state = store.rail(instance, rail.name()).await?;
        self.see(rail, &state);
        Ok(state)
    }

    /// Remembers that the rail refuses requests from now on, and says so to the client and the operator.
    pub(super) async fn trip(
        &self,
        store: &Store,
        instance: &str,
        rail: Rail,
        reason: String,
    ) -> Result<Refusal, StoreError> {
        tracing::error!(instance, %rail, reason, "a guard rail was tripped; see scim-gateway rails");
        let (time, name) = (self.now(), rail.name());
        let tripped = RailWrite::Tripped { instance: instance.to_owned(), rail: name, time, reason: reason.clone() };
        store.commit(vec![Write::Rail(tripped)]).await?;
        self.state_of(store, instance, rail).await?;
        Ok(refusal(rail, instance, &reason))
    }

    pub(super) fn see(&self, rail: Rail, state: &RailState) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.tripped {
            Some((time, reason)) => {
                drop(seen.insert(rail, format!("the guard rail {rail} has refused requests since {time:.0}: {reason}")))
            }
            None => drop(seen.remove(&rail)),
        }
    }
}

impl fmt::Debug for GuardRails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardRails").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// 403: RFC 7644 §3.12, the operation is not permitted. The credential is fine, so not 401; nothing is a duplicate, so not 409;
/// and it does not pass by itself, so neither 429 nor 503, which make a provider wait with everything else.
pub(super) fn refusal(rail: Rail, instance: &str, reason: &str) -> Refusal {
    let error = Error::new(
        ErrorStatus::FORBIDDEN,
        format!(
            "the guard rail {rail} refuses this: {reason}. If it is intended, the gateway's operator runs \
             `scim-gateway rails lift --instance {instance} --rail {rail}`, and the same request can be sent again"
        ),
    );
    Refusal { cause: Cause::Rail(rail), ..error.into() }
}

/// Whether the operator has lifted a rail for now.
pub(super) fn is_open(state: &RailState, now: Timestamp) -> bool {
    state.open_until.is_some_and(|until| now < until)
}

/// Since when users are counted: not what is older than the window, and nothing from before the rail was last open.
pub(super) fn counted_since(state: &RailState, now: Timestamp, window: Duration) -> Timestamp {
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    let begin = now.checked_sub(window).unwrap_or(Timestamp::MIN);
    state.open_until.map_or(begin, |until| begin.max(until))
}
