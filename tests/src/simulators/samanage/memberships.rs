//! `/memberships.json`: people join a group by a query string, and leave it by the id of a membership.

use super::{
    Answer, Call, Handled,
    account::{Account, Id},
    answer, deleted, groups,
    paging::present,
    refusals,
    switches::{MembershipAnswer, MembershipUser},
    user,
};
use serde_json::{Value, json};

/// How a membership looks in its group: the member is a display name, which says little about who it is.
pub(super) fn record(account: &Account, id: Id) -> Option<Value> {
    let member = account.users.get(&account.memberships.get(&id)?.user)?;
    let shown = match account.switches.membership_user {
        MembershipUser::Name => json!(member.name),
        MembershipUser::Object => user::person(member),
    };
    Some(json!({ "id": id, "user": shown, "type": "User" }))
}

/// `POST /memberships.json?group_id=G&user_ids=U1,U2`, all or none. Who is in the group already stays in it.
pub(super) fn create(account: &mut Account, call: &Call) -> Handled {
    if !call.body.is_empty() {
        return Err(refusals::misplaced("memberships take query parameters, not a body"));
    }
    let group = call.parameter("group_id").filter(|id| !id.is_empty()).ok_or_else(|| refusals::missing("group_id"))?;
    let users =
        call.parameter("user_ids").filter(|ids| !ids.is_empty()).ok_or_else(|| refusals::missing("user_ids"))?;
    let group = groups::own(account, group.parse().map_err(|_| refusals::not_found())?)?.id;
    let users = users.split(',').map(|id| known_user(account, id)).collect::<Result<Vec<Id>, Answer>>()?;
    let joined: Vec<Id> =
        users.into_iter().map(|user| account.join(group, user)).filter(|(_, new)| *new).map(|(id, _)| id).collect();
    let status = account.switches.create_status.into();
    if account.switches.membership_answer == MembershipAnswer::Empty {
        return Ok(Answer::empty(status));
    }
    let records = joined.into_iter().filter_map(|id| record(account, id));
    let list: Vec<Value> = records.map(|record| present(&account.switches, "membership", record)).collect();
    Ok(answer(status, &Value::Array(list)))
}

/// `DELETE /memberships/{id}.json`
pub(super) fn delete(account: &mut Account, id: Id) -> Handled {
    account.remove_membership(id).ok_or_else(refusals::not_found)?;
    Ok(deleted("membership"))
}

fn known_user(account: &Account, id: &str) -> Result<Id, Answer> {
    let id = id.trim().parse().ok().filter(|id| account.users.contains_key(id));
    id.ok_or_else(|| refusals::invalid("user_ids"))
}
