//! What an instance's app cannot be relied on to hold, and the gateway therefore holds against it: accounts that it
//! destroys on deactivation, and memberships that it cannot have. Declared by the connector (design law 3); an instance of
//! an app that declares neither has none of this, and none of its operations asks the store for it.

use super::instance::Kind;
use crate::config::GroupPolicy;
use crate::connectors::{Deactivation, Memberships};
use scim_protocol::Slot;

/// What the gateway does for an app that removes the inactive or has one group per user.
#[derive(Debug)]
pub(super) struct Standing {
    /// The names of the resource types whose accounts are removed on deactivation.
    pub(super) removing: Vec<String>,
    /// Where members are, if anywhere.
    pub(super) members: Option<Members>,
}

/// How users are in groups.
#[derive(Debug)]
pub(super) struct Members {
    /// Which of the groups that want a user he is in.
    pub(super) rule: Rule,
    /// The name of the resource type that has members.
    pub(super) group: String,
    /// The name of the resource type that they are of.
    pub(super) user: String,
    /// The attribute that lists them.
    pub(super) slot: Slot,
    /// The app's field.
    pub(super) field: String,
}

/// In how many groups a user can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// In all that want him.
    All,
    /// In one.
    One(GroupPolicy),
}

impl Standing {
    /// What an app with these resource types needs.
    pub(super) fn of(kinds: &[Kind], policy: GroupPolicy) -> Option<Self> {
        let removing: Vec<String> =
            kinds.iter().filter(|kind| kind.removes()).map(|kind| kind.scim.name.clone()).collect();
        let one = kinds.iter().any(|kind| kind.abilities.memberships == Memberships::OneGroupPerUser);
        if removing.is_empty() && !one {
            return None;
        }
        let rule = if one { Rule::One(policy) } else { Rule::All };
        Some(Self { removing, members: kinds.iter().find_map(|kind| Members::of(kind, rule)) })
    }
}

impl Members {
    fn of(kind: &Kind, rule: Rule) -> Option<Self> {
        let reference = kind.mapping.references().find(|reference| {
            reference.slot.is_whole() && kind.mapping.is_incremental(&reference.slot.path.attribute)
        })?;
        Some(Self {
            rule,
            group: kind.scim.name.clone(),
            user: reference.resource_type.to_owned(),
            slot: reference.slot.clone(),
            field: reference.field.to_owned(),
        })
    }
}

impl Kind {
    /// Whether the app removes an account that becomes inactive.
    pub(super) fn removes(&self) -> bool {
        self.abilities.deactivation == Deactivation::Removes
    }
}
