//! The groups of a user (`User.groups`, RFC 7643 §4.1.2): read-only, and the other side of the groups' members.
//!
//! They are shown where they are known anyway, from what the gateway remembers, and asked of the app where a client names `groups`
//! in `attributes`, in a filter or in `sortBy`: then all groups are looked through once, whatever the number of users. They are no
//! part of a user's version, because changing a group does not change its users.

use super::super::app::App;
use super::super::context::Context;
use super::super::gaps::Rule;
use super::super::group_lists::GroupLists;
use super::super::id;
use super::super::kind::{GROUPS, Kind};
use super::super::listing::AppPages;
use super::super::member::id_of;
use super::super::refusal::Refusal;
use super::super::request::{Caller, ProjectionText};
use super::current::Current;
use super::read::mapped_page;
use scim_protocol::path::AttributePath;
use scim_protocol::{Conditions, Error, Object, Slot};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Groups that are looked at for one request.
const MAX_GROUPS: u64 = 20_000;

/// Adds to users the groups that they are in, as far as the client is to see them.
pub(in super::super) async fn add_groups(
    context: &Context<'_>,
    app: &mut App<'_>,
    currents: &mut [Current],
) -> Result<(), Refusal> {
    let path = AttributePath::core(GROUPS);
    let Some(group) = context.instance.group_of(context.kind) else { return Ok(()) };
    if context.projection.names(&path) || app.needs_groups {
        if app.groups.is_none() {
            app.groups = Some(Box::pin(asked(context, app, group)).await?);
        }
        for current in currents {
            current.groups = app.groups.as_ref().map(|lists| lists.of(&current.id)).unwrap_or_default();
        }
        return Ok(());
    }
    if context.projection.wants(&path) { remembered(context, group, currents).await } else { Ok(()) }
}

/// What the gateway remembers, where that is all there is: of who has no account, and of who was requested for a group of an app
/// that has one group per user. Half a list would say that the user is in no other group.
async fn remembered(context: &Context<'_>, group: &Kind, currents: &mut [Current]) -> Result<(), Refusal> {
    let Some(members) = context.instance.members().filter(|members| members.user == context.kind.scim.name) else {
        return Ok(());
    };
    let (store, instance) = (&context.instance.store, &*context.instance.name);
    let users: Vec<&str> = currents.iter().map(|current| current.id.as_str()).collect();
    let mut wanted = store.wanted(instance, &users).await?;
    let inactive = match members.rule {
        Rule::All if !wanted.is_empty() => {
            let asked: Vec<&str> = wanted.keys().map(String::as_str).collect();
            store.inactive_among(instance, &members.user, &asked).await?
        }
        _ => HashSet::new(),
    };
    for current in currents {
        let is_all = members.rule != Rule::All || inactive.contains(&current.id);
        let Some(wanted) = wanted.remove(&current.id).filter(|_| is_all) else { continue };
        let element = |group_id: &str| Value::Object(element(context.base(), group, group_id, None));
        current.groups = wanted.iter().map(|wanted| element(&wanted.group)).collect();
    }
    Ok(())
}

/// Looks through all groups.
async fn asked(context: &Context<'_>, app: &mut App<'_>, group: &Kind) -> Result<GroupLists, Refusal> {
    let caller =
        Caller { projection: ProjectionText::default(), conditions: Conditions::default(), ..context.caller().clone() };
    let groups = Context::new(context.instance, &group.scim.endpoint, &caller)?;
    let needed = |slot: &Slot| group.lists(context.kind) == Some(slot) || slot.path.attribute == "displayName";
    let omit = group.mapping.omit(needed);
    let mut lists = GroupLists::default();
    let mut pages = AppPages::all(group, Vec::new(), omit.clone());
    while let Some(page) = pages.next(app, group).await? {
        for current in mapped_page(&groups, app, page.resources, &omit).await? {
            add_members(context, group, &current, &mut lists)?;
        }
        if pages.offset() >= MAX_GROUPS && !pages.has_ended() {
            let detail =
                format!("to know the groups of users, more than {MAX_GROUPS} groups would have to be looked at");
            return Err(Error::too_many(detail).into());
        }
    }
    Ok(lists)
}

fn add_members(context: &Context<'_>, group: &Kind, found: &Current, lists: &mut GroupLists) -> Result<(), Error> {
    let name = found.resource.get("displayName").and_then(Value::as_str);
    let members = group.lists(context.kind).and_then(|slot| slot.get(&found.resource)).and_then(Value::as_array);
    let users = members.into_iter().flatten().filter_map(id_of);
    users.into_iter().try_for_each(|user| lists.add(user, element(context.base(), group, &found.id, name)))
}

fn element(base: &str, group: &Kind, group_id: &str, name: Option<&str>) -> Object {
    let mut element = Object::new();
    element.insert("value".to_owned(), json!(group_id));
    element.insert("$ref".to_owned(), json!(id::location(base, &group.scim.endpoint, group_id)));
    if let Some(name) = name {
        element.insert("display".to_owned(), json!(name));
    }
    element.insert("type".to_owned(), json!("direct"));
    element
}
