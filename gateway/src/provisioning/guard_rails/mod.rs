//! Guard rails: what protects a company from its own mistakes.
//!
//! Threat: a wrong scope, a deleted group or a broken expression in the identity provider takes the access of hundreds away
//! before anybody looks. A rail counts what would go, and refuses what goes beyond its threshold until the operator has
//! looked and lifted it (`scim-gateway rails lift`). The README beside this file says what is counted, and why the answer is 403.

mod deactivations;
mod members;
mod rail;

pub(super) use deactivations::{Reservation, becomes_inactive, guard_deactivation, take_back};
pub(super) use members::{guard_members, guards_members, may_remove};
pub use rail::{Rail, UnknownRail};

use super::answer::Failure;
use super::instance::Instance;
use crate::config;
use crate::store::{RailState, RailWrite, StoreError, Write};
use jiff::{SignedDuration, Timestamp};
use scim_protocol::Error;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The time of day; a value, so that a test need not wait.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One instance's rails, and what this gateway knows of them.
pub struct GuardRails {
    pub(super) limits: config::GuardRails,
    clock: Clock,
    /// The rails that stand in the way, as far as this gateway has seen: for `/readyz`, which answers from memory.
    seen: Mutex<BTreeMap<Rail, String>>,
    /// How many users the app had, and when it was asked.
    users: Mutex<Option<(Timestamp, Option<u64>)>>,
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

    /// The reasons of the rails that stand in the way.
    #[must_use]
    pub fn tripped(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn see(&self, rail: Rail, state: &RailState) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.tripped {
            Some((time, reason)) => {
                drop(seen.insert(rail, format!("the guard rail {rail} stands since {time:.0}: {reason}")))
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

impl Instance {
    /// Looks at what other gateways and the operator did to this instance's rails.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn watch_guard_rails(&self) -> Result<(), StoreError> {
        if self.guard_rails.limits.any() {
            let rows = self.store.rails(&self.name).await?;
            for rail in Rail::ALL {
                let state = rows.iter().find(|row| row.rail == rail.name()).map(|row| row.state.clone());
                self.guard_rails.see(*rail, &state.unwrap_or_default());
            }
        }
        Ok(())
    }

    async fn state_of(&self, rail: Rail) -> Result<RailState, StoreError> {
        let state = self.store.rail(&self.name, rail.name()).await?;
        self.guard_rails.see(rail, &state);
        Ok(state)
    }

    /// Remembers that the rail stands in the way, and says so to the client and the operator.
    async fn trip(&self, rail: Rail, reason: String) -> Result<Failure, StoreError> {
        let time = self.guard_rails.now();
        tracing::error!(instance = %self.name, %rail, reason, "a guard rail was tripped; see scim-gateway rails");
        let (instance, name) = (self.name.to_string(), rail.name());
        let write = RailWrite::Tripped { instance, rail: name, time, reason: reason.clone() };
        self.store.commit(vec![Write::Rail(write)]).await?;
        self.state_of(rail).await?;
        Ok(refusal(rail, &self.name, &reason))
    }
}

/// 403: RFC 7644 §3.12, the operation is not permitted. The credential is fine, so not 401; nothing is a duplicate, so not 409;
/// and it does not pass by itself, so neither 429 nor 503, which make a provider wait with everything else.
fn refusal(rail: Rail, instance: &str, reason: &str) -> Failure {
    let error = Error::new(
        403,
        format!(
            "the guard rail {rail} refuses this: {reason}. If it is meant, the gateway's operator runs \
             `scim-gateway rails lift --instance {instance} --rail {rail}`, and the same request can be sent again"
        ),
    );
    Failure { rail: Some(rail), class: "guard-rail", ..Failure::from(error) }
}

/// Whether the operator has lifted a rail for now.
fn is_open(state: &RailState, now: Timestamp) -> bool {
    state.open_until.is_some_and(|until| now < until)
}

/// From when on is counted: not what is older than the window, and nothing from before the rail was open for the last time.
fn counted_since(state: &RailState, now: Timestamp, window: std::time::Duration) -> Timestamp {
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    let begin = now.checked_sub(window).unwrap_or(Timestamp::MIN);
    state.open_until.map_or(begin, |until| begin.max(until))
}

#[cfg(test)]
mod tests;
