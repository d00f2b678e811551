//! `/memberships.json`: people join a group by a query string, and leave it by the id of a membership.

use super::account::Account;
use super::answer::{Handled, answer, deleted};
use super::group_record::membership;
use super::id::Id;
use super::paging::present;
use super::switches::MembershipAnswer;
use super::{groups, refusals};
use crate::simulators::control::{Answer, Call};
use serde_json::Value;

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
    let records = joined.into_iter().filter_map(|id| membership(account, id));
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
