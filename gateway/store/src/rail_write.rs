//! Changes of the guard rails' data.

use crate::statement::{Cell, Row};
use crate::text::{bounded_id, time_text};
use jiff::Timestamp;

/// One change of a guard rail's data.
#[derive(Debug, Clone, PartialEq)]
pub enum RailWrite {
    /// A user is about to be deactivated or deleted.
    Deactivates(Deactivated),
    /// The user was not deactivated or deleted after all.
    Remains(Deactivated),
    /// Deactivations before a time are no longer counted.
    ForgetBefore {
        /// The instance's name.
        instance: String,
        /// The time.
        time: Timestamp,
    },
    /// A rail blocks changes. One that already does keeps its first time and reason.
    Tripped {
        /// The instance's name.
        instance: String,
        /// The rail's name.
        rail: &'static str,
        /// When it tripped.
        time: Timestamp,
        /// The reason, for the operator.
        reason: String,
    },
}

impl RailWrite {
    /// The instance that it is about.
    pub(crate) fn instance(&mut self) -> &mut String {
        match self {
            Self::Deactivates(user) | Self::Remains(user) => &mut user.instance,
            Self::ForgetBefore { instance, .. } | Self::Tripped { instance, .. } => instance,
        }
    }
}

/// A deactivation or deletion of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deactivated {
    /// The instance's name.
    pub instance: String,
    /// The user's SCIM id.
    pub id: String,
    /// When it happened.
    pub time: Timestamp,
}

impl Deactivated {
    pub(crate) fn cells(&self) -> Row<'_> {
        let time = Cell::Text(time_text(self.time).into());
        vec![Cell::text(&self.instance), time, Cell::Text(bounded_id(&self.id))]
    }
}
