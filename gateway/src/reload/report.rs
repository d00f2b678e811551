//! The result of one reload, for the log, the terminal and `/-/reloads`.

use crate::config::Mistake;
use crate::instances::Change;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::fmt;

/// One reload.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reload {
    /// When it started; RFC 3339.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// What triggered it.
    pub trigger: Trigger,
    /// The result.
    pub outcome: ReloadOutcome,
    /// What has changed.
    pub changes: Vec<Change>,
    /// What is wrong; the previous version continues to be served.
    pub mistakes: Vec<Mistake>,
    /// Changed keys that take effect only after a restart of the gateway.
    pub needs_restart: Vec<&'static str>,
    /// From reading the first file until the changes take effect, in milliseconds.
    pub duration_ms: f64,
}

/// What triggered a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// The start of the gateway.
    Start,
    /// A file was written.
    Watch,
    /// SIGHUP.
    Signal,
    /// `POST /-/reload`.
    Request,
}

/// The result of a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReloadOutcome {
    /// All changes took effect.
    Applied,
    /// Some changes took effect; the others contain mistakes.
    Partly,
    /// There are mistakes, and nothing has changed.
    Refused,
    /// Nothing had changed.
    Unchanged,
}

impl ReloadOutcome {
    pub(super) const fn of(nothing_changed: bool, no_mistakes: bool) -> Self {
        match (nothing_changed, no_mistakes) {
            (false, true) => Self::Applied,
            (false, false) => Self::Partly,
            (true, false) => Self::Refused,
            (true, true) => Self::Unchanged,
        }
    }

    /// The word for it, as in the JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::Unchanged => "unchanged",
        }
    }
}

impl Reload {
    /// Whether it tells nothing that the previous reload did not tell.
    pub(super) fn says_nothing_new(&self, last: Option<&Self>) -> bool {
        let (mistakes, needs_restart) =
            last.map_or((&[][..], &[][..]), |last| (last.mistakes.as_slice(), last.needs_restart.as_slice()));
        self.changes.is_empty() && self.mistakes == mistakes && self.needs_restart == needs_restart
    }

    /// The first mistake and the number of further ones.
    pub(super) fn first_mistake(&self) -> Option<String> {
        let first = self.mistakes.first()?;
        Some(match self.mistakes.len() {
            1 => first.to_string(),
            more => format!("{first} (and {} more)", more - 1),
        })
    }

    pub(super) fn log_mistakes(&self) {
        for mistake in &self.mistakes {
            tracing::error!(target: "scim_gateway::reload", "not reloaded: {mistake}");
        }
    }

    pub(super) fn log(&self) {
        let (outcome, trigger) = (self.outcome.as_str(), format!("{:?}", self.trigger).to_lowercase());
        let changes: Vec<String> = self.changes.iter().map(ToString::to_string).collect();
        let changes = (!changes.is_empty()).then(|| changes.join(", "));
        let duration_ms = self.duration_ms.round();
        tracing::info!(target: "scim_gateway::reload", outcome, trigger, changes, duration_ms, "reload");
        self.log_mistakes();
        if !self.needs_restart.is_empty() {
            let keys = self.needs_restart.join(", ");
            tracing::warn!(target: "scim_gateway::reload", keys, "these keys have changed and are read only at start: restart the gateway to apply them");
        }
    }
}

fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

impl fmt::Display for Reload {
    /// One line for people, without the mistakes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        write!(f, "{} in {:.0} ms", self.outcome.as_str(), self.duration_ms)?;
        for (index, change) in self.changes.iter().take(SHOWN).enumerate() {
            write!(f, "{}{change}", if index == 0 { ": " } else { "; " })?;
        }
        match self.changes.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}
