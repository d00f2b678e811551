//! `max-members-removed`: how many members one request may remove from a group, by PATCH, by PUT, or with the group itself.
//!
//! What counts is who is a member before and not after. That needs the members, so they are read only where the request
//! could remove more than the threshold.

use super::super::context::Context;
use super::super::instance_rails::is_open;
use super::super::kind::Kind;
use super::super::rail::Rail;
use super::super::refusal::Refusal;
use scim_protocol::Object;
use scim_protocol::patch::{Edit, Edits};
use serde_json::Value;
use std::collections::HashSet;

const MEMBERS: &str = "members";

/// Whether the edits could remove more members than the instance allows; only the members themselves tell whether they do.
pub(in super::super) fn may_remove(context: &Context<'_>, edits: &Edits) -> bool {
    let Some(most) = limit(context) else { return false };
    let concerned = edits.steps.iter().filter(|edit| {
        let path = &edit.slot().path;
        path.schema.is_none() && path.attribute == MEMBERS
    });
    let mut named = 0_u64;
    for edit in concerned {
        match edit {
            Edit::Add { .. } => {}
            Edit::Remove { items, .. } => named += items.len() as u64,
            // All of them, or all that a filter picks.
            Edit::Set { .. } | Edit::Clear { .. } => return true,
        }
    }
    named > most
}

/// Whether the members of these resources are guarded at all.
pub(in super::super) fn guards_members(context: &Context<'_>) -> bool {
    limit(context).is_some()
}

/// Refuses what removes more members than the instance allows. `after` is `None` for a group that is deleted.
pub(in super::super) async fn guard_members(
    context: &Context<'_>,
    before: &Object,
    after: Option<&Object>,
) -> Result<(), Refusal> {
    let Some(most) = limit(context) else { return Ok(()) };
    let removed = removed(before, after);
    if removed <= most {
        return Ok(());
    }
    let instance = context.instance;
    let (rails, store) = (&instance.guard_rails, &instance.store);
    if is_open(&rails.state_of(store, &instance.name, Rail::MembersRemoved).await?, rails.now()) {
        return Ok(());
    }
    let name = before.get("displayName").and_then(Value::as_str).unwrap_or("a group");
    let reason = format!("{name} would lose {removed} members in one request; the limit is {most}");
    Err(rails.trip(store, &instance.name, Rail::MembersRemoved, reason).await?)
}

/// The threshold, where the resource type has members and the instance guards them.
fn limit(context: &Context<'_>) -> Option<u64> {
    context.instance.guard_rails.limits.members_removed.filter(|_| is_group(context.kind))
}

fn is_group(kind: &Kind) -> bool {
    kind.scim.schema.attribute(MEMBERS).is_some_and(|members| members.multi_valued && members.refers())
}

fn removed(before: &Object, after: Option<&Object>) -> u64 {
    let ids = |resource: &Object| -> HashSet<String> {
        let members = resource.get(MEMBERS).and_then(Value::as_array).into_iter().flatten();
        members.filter_map(|member| member.get("value")?.as_str().map(str::to_owned)).collect()
    };
    let after = after.map(ids).unwrap_or_default();
    ids(before).difference(&after).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_who_was_a_member_and_no_longer_is_counts() {
        let group = |ids: &[&str]| {
            let members: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
            json!({"members": members}).as_object().cloned().unwrap()
        };
        let before = group(&["1", "2", "3"]);
        for (after, expected) in [(Some(group(&["3", "4", "5"])), 2), (Some(group(&["1", "2", "3"])), 0), (None, 3)] {
            assert_eq!(removed(&before, after.as_ref()), expected);
        }
        assert_eq!(removed(&before, Some(&json!({}).as_object().cloned().unwrap())), 3);
    }
}
