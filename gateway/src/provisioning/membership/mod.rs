//! Which users were requested for which group.
//!
//! Remembered where the app cannot hold it: an app with one group per user forgets the others, an app that removes inactive users
//! forgets where they were, and no app holds a member that it does not know yet. Of an app that is neither of the first two only the
//! members that it does not know are remembered; of the others, every change of members through the gateway is recorded, in the commit that
//! also holds what else the operation must remember, and the app is told the outcome ([`effective`]). Clients are shown what they requested.
//!
//! A [`request`] about a group becomes [`wishes`] (what the client wants) and these a [`plan`] (what the app is told and what is recorded). Changes
//! of one user happen one after the other within a gateway: a change of a group takes the turns of the group and of the members that it
//! changes, a change of a user the turn of the user alone. Of two gateways on one database neither waits for the other: each looks
//! again after its commit, and tells the app the outcome of what both have recorded ([`settle`]). The last one to look sees everything.

mod effective;
mod group_changes;
mod join;
mod plan;
mod request;
mod settle;
mod wishes;

pub(super) use join::{join, join_after_creation, may_join, recorded_pending, turns};
pub(super) use plan::MemberPlan;
pub(super) use request::{Reading, of_deleted, of_new, of_patch, of_put};
pub(super) use settle::settle;

use super::context::Context;
use crate::store::{StandingWrite, Write};

/// Whether the gateway, not the app, knows what is in a field of the app: the app's search would find something else.
pub(super) fn decides(context: &Context<'_>, field: &str) -> bool {
    context.members().is_some_and(|members| field.strip_suffix(".value").unwrap_or(field) == members.field)
}

/// Forgets the memberships, and the id, of a user who was deleted.
pub(super) fn ended(context: &Context<'_>, id: &str) -> Option<Write> {
    let gaps = context.instance.gaps.as_ref()?;
    gaps.concern(&context.kind.scim.name).then(|| Write::Standing(StandingWrite::Ended(context.key(id))))
}
