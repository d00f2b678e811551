//! Finds groups, by id and by name. Every user has a shadow group of their own, and queues are groups, too: neither is a
//! SCIM group (S-11).

use crate::api::Api;
use crate::collection::GROUPS;
use crate::paging::List;
use crate::record;
use scim_connector_sdk::{Fault, Object, Value};

/// The group with an id, as Samanage returns it.
pub(crate) fn fetch(api: Api<'_>, id: &str) -> Result<Object, Fault> {
    let answer = api.get(&GROUPS.record(id)).send()?;
    if answer.status == 404 {
        return Err(Fault::not_found(GROUPS.kind, id));
    }
    let group = record::answered(&answer.ok()?, GROUPS.singular)?;
    if is_hidden(&group) { Err(Fault::not_found(GROUPS.kind, id)) } else { Ok(group) }
}

/// The group with exactly this name.
pub(crate) fn named(api: Api<'_>, name: &str) -> Result<Option<Object>, Fault> {
    let list = List { path: GROUPS.list, singular: GROUPS.singular, filters: &[("name", name)] };
    list.find_map(api, |group| {
        Some(group).filter(|group| !is_hidden(group) && record::text(group, "name") == Some(name))
    })
}

/// Whether it is a shadow group or a queue.
pub(crate) fn is_hidden(group: &Object) -> bool {
    group.get("is_user") == Some(&Value::Bool(true)) || record::text(group, "type") == Some("AssignableQueueGroup")
}
