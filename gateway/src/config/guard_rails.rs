//! `[instances.<name>.guard-rails]`: how much may be removed before the gateway stops and waits for the operator. Off by default.

use super::table::Table;
use std::time::Duration;

/// An hour: a mistake at the identity provider shows within one or two of its provisioning cycles.
const WINDOW: Duration = Duration::from_secs(60 * 60);

/// The guard rails of one instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GuardRails {
    /// Maximum members that one request may remove from a group (`max-members-removed`).
    pub members_removed: Option<u64>,
    /// How many users may be deactivated or deleted within a window (`max-deactivations`).
    pub deactivations: Option<Deactivations>,
}

/// How many users may be deactivated or deleted; at least one limit is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deactivations {
    /// Maximum users (`users`).
    pub users: Option<u64>,
    /// Maximum percentage of the app's users (`percent`).
    pub percent: Option<u64>,
    /// The length of the sliding window (`window-minutes`).
    pub window: Duration,
}

impl GuardRails {
    pub(super) fn read(table: Option<Table<'_>>) -> Self {
        let Some(table) = table else { return Self::default() };
        let rails = Self {
            members_removed: table.integer("max-members-removed", 1..=1_000_000),
            deactivations: table.table_not_number("max-deactivations", written).and_then(Deactivations::read),
        };
        table.finish();
        rails
    }

    /// Whether any guard rail is set.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.members_removed.is_some() || self.deactivations.is_some()
    }
}

/// What somebody who wrote a number may have meant.
fn written(number: &str) -> String {
    format!("write max-deactivations = {{ users = {number} }}, {{ percent = {number} }} or both")
}

impl Deactivations {
    fn read(table: Table<'_>) -> Option<Self> {
        let users = table.integer("users", 1..=1_000_000);
        let percent = table.integer("percent", 1..=100);
        let minutes = table.integer("window-minutes", 1..=43_200);
        if !table.has("users") && !table.has("percent") {
            table.mistake("users", "is missing, and so is `percent`", "write users = 50, percent = 10, or both");
        }
        table.finish();
        let window = minutes.map_or(WINDOW, |minutes| Duration::from_secs(minutes * 60));
        (users.is_some() || percent.is_some()).then_some(Self { users, percent, window })
    }
}
