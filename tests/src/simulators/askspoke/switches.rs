//! What differs between organizations, or is not known about the real app.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The quirk switches; the names are those of `PUT /_sim/switches`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Switches {
    pub(super) auth: Auth,
    /// Whether `active: false` removes the account.
    pub(super) delete_on_deactivate: bool,
    pub(super) start_date: StartDate,
}

/// How the key stands in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Auth {
    /// `Bearer key`
    Bearer,
    /// `key`
    Raw,
    Both,
}

/// The format in which a start date is stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum StartDate {
    #[serde(rename = "as_sent")]
    AsSent,
    /// ISO dates become month-day-year; anything else stays.
    #[serde(rename = "MM-DD-YYYY")]
    MonthDayYear,
}

impl StartDate {
    /// The format in which the date is shown, if it differs from what was sent.
    pub(super) fn echo(self, text: &str) -> Option<String> {
        let date: Date = text.split('T').next()?.parse().ok()?;
        (self == Self::MonthDayYear).then(|| format!("{:02}-{:02}-{:04}", date.month(), date.day(), date.year()))
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self { auth: Auth::Bearer, delete_on_deactivate: true, start_date: StartDate::AsSent }
    }
}
