//! What an instance's app cannot hold, and the gateway therefore holds for it: accounts that it destroys on deactivation, and
//! memberships that it cannot have. The first is declared by the connector (ARCHITECTURE.md, law 3), as is that a user is in one group only; and
//! no app holds a member that it does not know yet. An instance without members and of an app that destroys nothing has no gaps, and none
//! of its operations asks the store about them.

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
    /// Which memberships the gateway remembers.
    pub(super) remembered: Remembered,
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

/// Which memberships the gateway remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remembered {
    /// All that were requested: the app forgets some.
    All,
    /// Those of users whom the app does not know yet: it holds all others.
    Pending,
}

impl Gaps {
    /// What an app with these resource types needs.
    pub(super) fn of(kinds: &[Kind], policy: GroupPolicy) -> Option<Self> {
        let removing: Vec<String> =
            kinds.iter().filter(|kind| kind.removes()).map(|kind| kind.scim.name.clone()).collect();
        let one = kinds.iter().any(|kind| kind.abilities.memberships == Memberships::OneGroupPerUser);
        let rule = if one { Rule::One(policy) } else { Rule::All };
        let remembered = if removing.is_empty() && !one { Remembered::Pending } else { Remembered::All };
        let members = kinds.iter().find_map(|kind| Members::of(kind, rule, remembered));
        (!removing.is_empty() || members.is_some()).then_some(Self { removing, members })
    }

    /// Whether what is shown of the resources of a type may come from the gateway as well as from the app.
    pub(super) fn show_in(&self, resource_type: &str) -> bool {
        match &self.members {
            Some(Members { remembered: Remembered::Pending, group, .. }) => group == resource_type,
            _ => true,
        }
    }

    /// Whether the gateway holds something of the resources of a type: their ids, or the groups that they are in.
    pub(super) fn concern(&self, resource_type: &str) -> bool {
        self.removing.iter().any(|removing| removing == resource_type)
            || self.members.as_ref().is_some_and(|members| members.user == resource_type)
    }
}

impl Members {
    fn of(kind: &Kind, rule: Rule, remembered: Remembered) -> Option<Self> {
        let reference = kind.listings().next()?;
        Some(Self {
            rule,
            remembered,
            group: kind.scim.name.clone(),
            user: reference.resource_type.to_owned(),
            slot: reference.slot.clone(),
            field: reference.field.to_owned(),
        })
    }
}
