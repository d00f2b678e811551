//! What a generation of an instance may hold.

use crate::space::stored;

/// A kind of rows that a generation may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// Kept attributes.
    Kept,
    /// References to resources that do not exist yet.
    Awaited,
    /// Ids of accounts that the app made anew.
    Bindings,
    /// Inactive users.
    Inactive,
    /// Groups in the order of their creation.
    Groups,
    /// Requested memberships.
    Memberships,
    /// What the connector remembers.
    State,
    /// Deactivations that a guard rail counts.
    Deactivations,
    /// Guard rails that were tripped or lifted.
    Rails,
    /// Rows of the provisioning log.
    Log,
}

impl Holding {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Kept,
        Self::Awaited,
        Self::Bindings,
        Self::Inactive,
        Self::Groups,
        Self::Memberships,
        Self::State,
        Self::Deactivations,
        Self::Rails,
        Self::Log,
    ];

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept-values",
            Self::Awaited => "pending-references",
            Self::Bindings => "ids",
            Self::Inactive => "inactive-users",
            Self::Groups => "groups",
            Self::Memberships => "memberships",
            Self::State => "connector-state",
            Self::Deactivations => "deactivations",
            Self::Rails => "guard-rails",
            Self::Log => "log-rows",
        }
    }

    /// The table of the rows.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Awaited => "awaited",
            Self::Bindings => "bindings",
            Self::Inactive => "inactive",
            Self::Groups => "group_sequence",
            Self::Memberships => "memberships",
            Self::State => "connector_state",
            Self::Deactivations => "deactivations",
            Self::Rails => "guard_rails",
            Self::Log => "provisioning_log",
        }
    }

    /// The rows of a generation: a condition whose parameters are the instance's name and the generation.
    pub(crate) const fn condition(self) -> &'static str {
        match self {
            // Rows from before there were generations are the first one's.
            Self::Log => "instance = $1 AND COALESCE(generation, 1) = $2",
            _ => "instance = $1 AND $2 > 0",
        }
    }

    /// The value of the condition's first parameter.
    pub(crate) fn owner(self, instance: &str, generation: u32) -> String {
        if self == Self::Log { instance.to_owned() } else { stored(instance, generation) }
    }
}
