//! What an instance's app cannot hold, and the gateway therefore holds for it: accounts that it destroys on deactivation, and
//! memberships that it cannot have. Declared by the connector (ARCHITECTURE.md, law 3); an instance of an app that declares neither has no gaps,
//! and none of its operations asks the store about them.

use super::kind::Kind;
use crate::config::GroupPolicy;
use crate::connectors::Memberships;
use scim_protocol::Slot;

/// What the gateway holds for an app that removes inactive accounts or has one group per user.
#[derive(Debug)]
pub(super) struct Gaps {
    /// The names of the resource types whose accounts are removed on deactivation.
    pub(super) removing: Vec<String>,
    /// Where members are, if anywhere.
    pub(super) members: Option<Members>,
}

/// How users are in groups.
#[derive(Debug)]
pub(super) struct Members {
    /// Which of the requested groups take effect.
    pub(super) rule: Rule,
    /// The name of the resource type that has members.
    pub(super) group: String,
    /// The name of the resource type of the members.
    pub(super) user: String,
    /// The attribute that lists them.
    pub(super) slot: Slot,
    /// The app's field.
    pub(super) field: String,
}

/// In how many groups a user can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// In every group that was requested.
    All,
    /// In one.
    One(GroupPolicy),
}

impl Gaps {
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

    /// Whether the gateway holds something of the resources of a type: their ids, or the groups that they are in.
    pub(super) fn concern(&self, resource_type: &str) -> bool {
        self.removing.iter().any(|removing| removing == resource_type)
            || self.members.as_ref().is_some_and(|members| members.user == resource_type)
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
