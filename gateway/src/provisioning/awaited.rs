//! References to resources that the app does not have yet.
//!
//! A manager may be provisioned after the employee, and Okta may send a manager's identifier that is no id at all. Failing
//! the employee for it would be harmful, so the connector writes the rest and says which fields it could not resolve. The
//! gateway remembers the wanted value and writes it when a resource with that identifier appears.

use super::app::App;
use super::connected::Connected;
use super::context::Context;
use super::refusal::Refusal;
use super::resource::Current;
use crate::connectors::Stored;
use crate::mapping::{AppChange, Reference};
use crate::store::{Awaited, Write};
use scim_protocol::Object;
use scim_protocol::patch::{Edit, Edits};
use serde_json::Value;
use tokio::time::Instant;

/// Attributes by which a client may refer to a resource.
const IDENTIFIERS: [&str; 2] = ["userName", "externalId"];

/// What to remember of the references of a new resource.
pub(super) fn of_new(context: &Context<'_>, stored: &Stored, references: &[Reference]) -> Vec<Write> {
    let waiting = references.iter().filter(|reference| stored.unresolved.contains(&reference.field));
    let wait = |reference: &Reference| {
        warn(context, &stored.id, &reference.slot, &reference.resource_type);
        Write::Await {
            resource: context.key(&stored.id),
            slot: reference.slot.clone(),
            refers_to: reference.resource_type.clone(),
            value: reference.id.clone(),
        }
    };
    waiting.map(wait).collect()
}

/// What to remember and to forget of the references of a changed resource.
pub(super) fn of_change(context: &Context<'_>, id: &str, stored: &Stored, change: &AppChange) -> Vec<Write> {
    let mut writes = Vec::new();
    for reference in context.kind.mapping.references() {
        let Some((field, value)) = change.fields.iter().find(|(field, _)| field == reference.field) else { continue };
        let (resource, slot) = (context.key(id), reference.slot.to_string());
        match value.as_ref().and_then(text) {
            Some(value) if stored.unresolved.contains(field) => {
                warn(context, id, &slot, reference.resource_type);
                writes.push(Write::Await { resource, slot, refers_to: reference.resource_type.to_owned(), value });
            }
            _ => writes.push(Write::Resolved { resource, slot }),
        }
    }
    writes
}

/// What to forget when the client sent the whole resource without the reference: a reference that waited is withdrawn.
pub(super) fn withdrawn(context: &Context<'_>, id: &str, resource: &Object) -> Vec<Write> {
    let silent = context.kind.mapping.references().filter(|reference| reference.slot.get(resource).is_none());
    silent.map(|reference| Write::Resolved { resource: context.key(id), slot: reference.slot.to_string() }).collect()
}

fn warn(context: &Context<'_>, id: &str, slot: &str, refers_to: &str) {
    tracing::warn!(
        instance = %context.instance.name, id, attribute = slot,
        "the app has no such {refers_to} yet; the reference is written when it is created"
    );
}

/// After a resource was created or restored: writes the references that waited for it. Each is a change of another resource with a turn
/// of its own, so the caller holds none. The resource exists either way: what fails goes on waiting.
pub(super) async fn write_waiting(context: &Context<'_>, app: &mut App<'_>, created: &Current, until: Instant) {
    let instance = &context.instance.name;
    let waiting = match waiting_for(context, created).await {
        Ok(waiting) => waiting,
        Err(refusal) => {
            let cause = refusal.text();
            tracing::warn!(%instance, id = created.id, cause, "the references that wait for a resource could not be read");
            return;
        }
    };
    for reference in waiting {
        if let Err(refusal) = write(context, app, &reference, created, until).await {
            tracing::warn!(
                %instance, id = reference.id, attribute = reference.slot, error = %refusal.error, cause = refusal.text(),
                "a reference that waited could not be written; it goes on waiting"
            );
        }
    }
}

/// What a client may call a resource when it refers to it.
pub(super) fn identifiers<'r>(id: &'r str, resource: &'r Object) -> Vec<&'r str> {
    let named = IDENTIFIERS.iter().filter_map(|name| resource.get(*name).and_then(Value::as_str));
    std::iter::once(id).chain(named).collect()
}

async fn waiting_for(context: &Context<'_>, created: &Current) -> Result<Vec<Awaited>, Refusal> {
    let identifiers = identifiers(&created.id, &created.resource);
    let (store, instance) = (&context.instance.store, &context.instance.name);
    Ok(store.awaiting(instance, &context.kind.scim.name, &identifiers).await?)
}

async fn write(
    context: &Context<'_>,
    app: &mut App<'_>,
    reference: &Awaited,
    created: &Current,
    until: Instant,
) -> Result<(), Refusal> {
    let instance = context.instance;
    let Some(kind) = instance.kind_named(&reference.resource_type) else { return Ok(()) };
    let slot = kind.scim.parse_slot(&reference.slot)?;
    let steps = vec![Edit::Set { slot, value: Value::String(created.id.clone()) }];
    let edits = Edits { steps, ..Edits::default() };
    let _turns = instance.turns.hold_until(until, [instance.turn(kind, &reference.id)]).await?;
    // Another request may have changed the reference before this one had its turn.
    if !waiting_for(context, created).await?.contains(reference) {
        return Ok(());
    }
    if let Some(change) = kind.mapping.change(&edits, &mut app.budget, &mut Connected(&mut app.call)).await? {
        let stored = app.update(kind, &reference.id, &change).await?;
        if stored.unresolved.is_empty() {
            let resource = instance.key(kind, &reference.id);
            context.commit(vec![Write::Resolved { resource, slot: reference.slot.clone() }]).await?;
        }
    }
    Ok(())
}

/// An identifier as text, whatever the app's type for it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
