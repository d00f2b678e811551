//! Who is wanted in which group.
//!
//! Remembered where the app cannot hold it: an app with one group per user forgets the others, an app that removes the inactive
//! forgets where they were, and no app holds a member that it does not know yet. Every change of members through the gateway
//! is recorded, in the commit that also holds what else the operation must remember, and the app is told the outcome
//! ([`effective`]). Clients are shown what they asked for ([`show`]).
//!
//! Changes of one user happen one after the other within a gateway: who changes a group's members takes the turn of the
//! group, then those of the members in the order of their ids; who changes a user takes the turn of the user alone. Of two
//! gateways on one database neither waits for the other: each looks again after its commit, and tells the app the outcome of
//! what both have recorded ([`plan::Plan::settle`]). The last one to look sees everything.

mod appear;
mod effective;
mod plan;
mod show;
mod told;

pub(super) use appear::{appeared, called, join};
pub(super) use plan::{of_end, of_new, of_patch, of_put};
pub(super) use show::show;

use super::standing::Members;
use super::work::Work;
use crate::store::{GroupKey, StandingWrite, Write};
use serde_json::{Value, json};

/// The members that the operation's resource type has, if they are remembered.
fn members<'a>(work: &Work<'a>) -> Option<&'a Members> {
    let members = work.instance.standing.as_ref()?.members.as_ref()?;
    (members.group == work.kind.scim.name).then_some(members)
}

/// Whether the gateway, not the app, knows what is in a field of the app: the app's search would find something else.
pub(super) fn decides(work: &Work<'_>, field: &str) -> bool {
    members(work).is_some_and(|members| field.strip_suffix(".value").unwrap_or(field) == members.field)
}

/// Forgets the memberships, and the id, of a user who was deleted.
pub(super) fn end(work: &Work<'_>, id: &str) -> Option<Write> {
    let is_user = |standing: &super::standing::Standing| {
        standing.removing.contains(&work.kind.scim.name)
            || standing.members.as_ref().is_some_and(|members| members.user == work.kind.scim.name)
    };
    let ended = StandingWrite::Ended(work.key(id));
    work.instance.standing.as_ref().filter(|standing| is_user(standing)).map(|_| Write::Standing(ended))
}

fn group_key(work: &Work<'_>, group: &str) -> GroupKey {
    GroupKey { instance: work.instance.name.to_string(), group: group.to_owned() }
}

fn member(user: &str) -> Value {
    json!({ "value": user })
}

/// The id of an element of the members.
fn id_of(member: &Value) -> Option<&str> {
    member.get("value").unwrap_or(member).as_str()
}
