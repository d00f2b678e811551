//! The kinds of guard rails.

use std::fmt;
use std::str::FromStr;

/// A guard rail; its name is that of its key in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rail {
    /// Members removed from a group by one request.
    MembersRemoved,
    /// Users deactivated or deleted in a window.
    Deactivations,
}

/// A name of no guard rail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a guard rail; use max-members-removed or max-deactivations")]
pub struct UnknownRail(String);

impl Rail {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::MembersRemoved, Self::Deactivations];

    /// In the configuration, in metrics and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MembersRemoved => "max-members-removed",
            Self::Deactivations => "max-deactivations",
        }
    }
}

impl fmt::Display for Rail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Rail {
    type Err = UnknownRail;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|rail| rail.name() == name).ok_or_else(|| UnknownRail(name.to_owned()))
    }
}
