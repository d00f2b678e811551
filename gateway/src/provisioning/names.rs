//! Names: the values of the attributes by which clients recognise a resource. Where the gateway holds a name for the app, the app cannot
//! tell that it is taken, so the gateway must (ARCHITECTURE.md, law 13).

use super::accounts;
use super::app::App;
use super::context::Context;
use super::inactive::matching;
use super::kind::Name;
use super::refusal::Refusal;
use super::resource::resolve;
use super::turns::{Stop, TurnKey, Turns};
use scim_protocol::patch::{Edit, Edits};
use scim_protocol::{Error, Object, Slot};
use serde_json::Value;

/// The turns to claim the names that a resource is to have.
pub(super) fn turns(context: &Context<'_>, resource: &Object) -> Vec<TurnKey> {
    context.kind.names.iter().filter_map(|name| turn(context, name, name.slot.get(resource)?)).collect()
}

/// The turns to claim the names that a PATCH gives, as far as it says them itself.
pub(super) fn turns_of_edits(context: &Context<'_>, edits: &Edits) -> Vec<TurnKey> {
    given(context, edits).filter_map(|(name, value)| turn(context, name, value)).collect()
}

/// The names that a PATCH gives.
pub(super) fn of_edits(context: &Context<'_>, edits: &Edits) -> Object {
    let mut names = Object::new();
    given(context, edits).for_each(|(name, value)| name.slot.put(&mut names, value.clone()));
    names
}

/// Claims the names that a change gives to a resource, and returns them: takes their turns, and refuses what the gateway holds for another
/// one.
pub(super) async fn claim(
    context: &Context<'_>,
    app: &mut App<'_>,
    turns: &mut Turns,
    (before, after): (&Object, &Object),
    id: &str,
) -> Result<Object, Stop> {
    let mut given = Object::new();
    for Name { slot, .. } in context.kind.names.iter().filter(|name| name.slot.get(before) != name.slot.get(after)) {
        slot.get(after).into_iter().for_each(|value| slot.put(&mut given, value.clone()));
    }
    turns.take(self::turns(context, &given)).await?;
    refuse_held(context, app, &given, Some(id)).await?;
    Ok(given)
}

/// Refuses a resource that has a name which the gateway holds for another one: an inactive one, which its client finds by a filter and
/// enables; or one whose name the app cannot hold. `id` is the resource that may have the name. The caller has the names' turns.
pub(super) async fn refuse_held(
    context: &Context<'_>,
    app: &mut App<'_>,
    resource: &Object,
    id: Option<&str>,
) -> Result<(), Refusal> {
    refuse_inactive(context, resource, id).await?;
    let kind = context.kind;
    for name in kind.names.iter().filter(|name| name.is_kept && name.is_unique) {
        let Some(value) = name.slot.get(resource) else { continue };
        let instance = &context.instance.name;
        for other in context.instance.store.find_kept(instance, &kind.scim.name, &name.text, value).await? {
            if Some(other.as_str()) != id && has(context, app, &other, &name.slot, value).await? {
                return Err(taken_by(context, name, value, &other).into());
            }
        }
    }
    Ok(())
}

/// Refuses a name that the app cannot hold for the resource and that an account shows for its own: the app cannot tell that it is taken.
/// `holds` says which attributes the app takes as the client wrote them; the caller has refused what the gateway holds.
pub(super) async fn refuse_shown(
    context: &Context<'_>,
    app: &mut App<'_>,
    given: &Object,
    holds: impl Fn(&str) -> bool,
    id: Option<&str>,
) -> Result<(), Refusal> {
    for name in context.kind.names.iter().filter(|name| name.is_kept && name.is_unique && !holds(&name.text)) {
        let Some(value) = name.slot.get(given) else { continue };
        let shown = accounts::shown_as(context, app, &name.slot, value).await?;
        if let Some(other) = shown.filter(|other| Some(other.as_str()) != id) {
            return Err(taken_by(context, name, value, &other).into());
        }
    }
    Ok(())
}

/// Refuses a resource without an account that has the name of an account: the app would find out too late. `id` is the resource
/// that may have it.
pub(super) async fn refuse_account(
    context: &Context<'_>,
    app: &mut App<'_>,
    resource: &Object,
    id: Option<&str>,
) -> Result<(), Refusal> {
    match accounts::named(context, app, resource).await? {
        Some(account) if Some(account.id.as_str()) != id => {
            let (kind, name) = (&context.kind.scim.name, matching(context.kind, resource));
            Err(taken(format!("another {kind} is called {name}")).into())
        }
        _ => Ok(()),
    }
}

async fn refuse_inactive(context: &Context<'_>, resource: &Object, id: Option<&str>) -> Result<(), Refusal> {
    let name = matching(context.kind, resource);
    if !context.kind.removes() || name.is_empty() {
        return Ok(());
    }
    let (instance, kind) = (&context.instance.name, &context.kind.scim.name);
    let inactive = context.instance.store.inactive_matching(instance, kind, &[&name]).await?;
    match inactive.iter().find(|other| Some(other.id.as_str()) != id) {
        Some(other) => {
            let advice = if id.is_none() { "; set its `active` to true instead of creating another" } else { "" };
            Err(taken(format!("{name} is the inactive {kind} {}{advice}", other.id)).into())
        }
        None => Ok(()),
    }
}

/// Whether the resource still has the value: a kept value that has gone stale in the app proves nothing.
async fn has(context: &Context<'_>, app: &mut App<'_>, id: &str, slot: &Slot, value: &Value) -> Result<bool, Refusal> {
    let stored = match app.read(context.kind, id, &[]).await {
        Err(refusal) if refusal.is_not_found() => return Ok(false),
        read => read?,
    };
    let current = resolve(context, app, stored, &[]).await?;
    Ok(slot.equals(value.clone()).matches(&context.kind.scim, &current.resource))
}

/// Whether a PATCH writes a name that the gateway may hold, other than by naming its attribute: only the resource tells which.
pub(super) fn hides(context: &Context<'_>, edits: &Edits) -> bool {
    let kind = context.kind;
    let held = kind.names.iter().enumerate().filter(|(index, name)| (*index == 0 && kind.removes()) || name.is_kept);
    held.map(|(_, name)| &name.slot).any(|slot| {
        edits.steps.iter().map(Edit::slot).any(|edited| {
            edited != slot && edited.path.schema == slot.path.schema && edited.path.attribute == slot.path.attribute
        })
    })
}

fn given<'e>(context: &'e Context<'_>, edits: &'e Edits) -> impl Iterator<Item = (&'e Name, &'e Value)> {
    edits.steps.iter().filter_map(|edit| match edit {
        Edit::Set { slot, value } => Some((context.kind.names.iter().find(|name| name.slot == *slot)?, value)),
        _ => None,
    })
}

fn turn(context: &Context<'_>, name: &Name, value: &Value) -> Option<TurnKey> {
    let value = value.as_str().filter(|value| !value.is_empty())?;
    Some(TurnKey::name(&context.instance.name, &context.kind.scim.name, &name.text, value))
}

fn taken_by(context: &Context<'_>, name: &Name, value: &Value, other: &str) -> Error {
    taken(format!("{} {value} is taken by the {} {other}", name.text, context.kind.scim.name))
}

fn taken(detail: String) -> Error {
    Error::uniqueness(detail)
}
