//! `/groups.json`: create, read, change and delete. Members have their own collection.

use super::account::{Account, Group, GroupKind};
use super::answer::{Handled, answer, deleted};
use super::id::Id;
use super::paging::present;
use super::{group_record, refusals, values};
use crate::simulators::control::{Answer, Call};
use serde_json::{Map, Value};

/// `POST /groups.json`
pub(super) fn create(account: &mut Account, call: &Call) -> Handled {
    let mut group = Group::default();
    write(account, &mut group, &values::fields(call, "group")?)?;
    let status = account.switches.create_status.into();
    let id = account.insert_group(group);
    shown(account, id, status)
}

/// `GET /groups/{id}.json`
pub(super) fn read(account: &Account, id: Id) -> Handled {
    shown(account, id, 200)
}

/// `PUT /groups/{id}.json`: fields that are not sent stay.
pub(super) fn update(account: &mut Account, call: &Call, id: Id) -> Handled {
    let mut group = own(account, id)?.clone();
    write(account, &mut group, &values::fields(call, "group")?)?;
    account.groups.insert(id, group);
    shown(account, id, 200)
}

/// `DELETE /groups/{id}.json`
pub(super) fn delete(account: &mut Account, id: Id) -> Handled {
    let memberships = own(account, id)?.memberships.clone();
    for membership in memberships {
        account.remove_membership(membership);
    }
    account.groups.remove(&id);
    Ok(deleted("group"))
}

/// A group that can be changed: the one that stands for a user goes with the user and with nothing else.
pub(super) fn own(account: &Account, id: Id) -> Result<&Group, Answer> {
    let group = account.groups.get(&id).ok_or_else(refusals::not_found)?;
    if matches!(group.kind, GroupKind::Shadow(_)) { Err(refusals::forbidden()) } else { Ok(group) }
}

fn shown(account: &Account, id: Id, status: u16) -> Handled {
    let group = account.groups.get(&id).ok_or_else(refusals::not_found)?;
    Ok(answer(status, &present(&account.switches, "group", group_record::group(account, group))))
}

/// Two groups may have the same name. `superviser_id` is the API's own spelling.
fn write(account: &Account, group: &mut Group, fields: &Map<String, Value>) -> Result<(), Answer> {
    for (field, value) in fields {
        match (field.as_str(), values::text(value)) {
            ("name", Some(text)) => group.name = text,
            ("description", Some(text)) => group.description = text,
            ("disabled", _) => group.disabled = values::boolean(value).unwrap_or(group.disabled),
            ("superviser_id", _) => group.supervisor = values::id(value).filter(|id| account.users.contains_key(id)),
            _ => {}
        }
    }
    if group.name.trim().is_empty() { Err(refusals::blank("name")) } else { Ok(()) }
}
