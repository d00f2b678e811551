//! References to resources that the app does not have yet.
//!
//! A manager may be provisioned after the employee, and Okta may send a manager's identifier that is no id at all. Failing
//! the employee for it would be harmful, so the connector writes the rest and says which fields it could not resolve. The
//! gateway remembers the wanted value and writes it when a resource with that identifier appears.

use super::answer::Failure;
use super::connected::Connected;
use super::work::{Current, Work};
use crate::connectors::Stored;
use crate::mapping::{AppChange, Reference};
use crate::store::{Awaited, Write};
use scim_protocol::Object;
use scim_protocol::patch::{Edit, Edits};
use serde_json::Value;

/// Attributes by which a client may refer to a resource.
const IDENTIFIERS: [&str; 2] = ["userName", "externalId"];

/// What to remember of the references of a new resource.
pub(super) fn of_new(work: &Work<'_>, stored: &Stored, references: &[Reference]) -> Vec<Write> {
    let waiting = references.iter().filter(|reference| stored.unresolved.contains(&reference.field));
    let wait = |reference: &Reference| {
        warn(work, &stored.id, &reference.slot, &reference.resource_type);
        Write::Await {
            resource: work.key(&stored.id),
            slot: reference.slot.clone(),
            refers_to: reference.resource_type.clone(),
            value: reference.id.clone(),
        }
    };
    waiting.map(wait).collect()
}

/// What to remember and to forget of the references of a changed resource.
pub(super) fn of_change(work: &Work<'_>, id: &str, stored: &Stored, change: &AppChange) -> Vec<Write> {
    let mut writes = Vec::new();
    for reference in work.kind.mapping.references() {
        let Some((field, value)) = change.fields.iter().find(|(field, _)| field == reference.field) else { continue };
        let (resource, slot) = (work.key(id), reference.slot.to_string());
        match value.as_ref().and_then(text) {
            Some(value) if stored.unresolved.contains(field) => {
                warn(work, id, &slot, reference.resource_type);
                writes.push(Write::Await { resource, slot, refers_to: reference.resource_type.to_owned(), value });
            }
            _ => writes.push(Write::Resolved { resource, slot }),
        }
    }
    writes
}

/// What to forget when a whole resource was said and it does not refer to anything: a reference that waited is withdrawn.
pub(super) fn withdrawn(work: &Work<'_>, id: &str, resource: &Object) -> Vec<Write> {
    let silent = work.kind.mapping.references().filter(|reference| reference.slot.get(resource).is_none());
    silent.map(|reference| Write::Resolved { resource: work.key(id), slot: reference.slot.to_string() }).collect()
}

fn warn(work: &Work<'_>, id: &str, slot: &str, refers_to: &str) {
    tracing::warn!(
        instance = %work.instance.name, id, attribute = slot,
        "the app does not know the {refers_to} it refers to yet; it is written when that is created"
    );
}

/// Writes the references that waited for a resource that has just been created. What cannot be written now goes on
/// waiting: the new resource is there either way.
pub(super) async fn resolve(work: &mut Work<'_>, created: &Current) {
    if let Err(failure) = try_resolve(work, created).await {
        tracing::warn!(
            instance = %work.instance.name, id = %created.id, error = %failure.error,
            "references to the new resource could not be written and go on waiting"
        );
    }
}

async fn try_resolve(work: &mut Work<'_>, created: &Current) -> Result<(), Failure> {
    let identifiers = identifiers(&created.id, &created.resource);
    let waiting = work.instance.store.awaiting(&work.instance.name, &work.kind.scim.name, &identifiers).await?;
    for reference in waiting {
        write(work, &reference, &created.id).await?;
    }
    Ok(())
}

/// What a client may call a resource when it refers to it.
pub(super) fn identifiers<'r>(id: &'r str, resource: &'r Object) -> Vec<&'r str> {
    let named = IDENTIFIERS.iter().filter_map(|name| resource.get(*name).and_then(Value::as_str));
    std::iter::once(id).chain(named).collect()
}

async fn write(work: &mut Work<'_>, reference: &Awaited, value: &str) -> Result<(), Failure> {
    let Some(kind) = work.instance.kind_named(&reference.resource_type) else { return Ok(()) };
    let slot = kind.scim.parse_slot(&reference.slot)?;
    let steps = vec![Edit::Set { slot, value: Value::String(value.to_owned()) }];
    let edits = Edits { steps, ..Edits::default() };
    let resource = work.instance.key(kind, &reference.id);
    let _turn = work.instance.turns.turn(&resource).await;
    if let Some(change) = kind.mapping.change(&edits, &mut Connected(&mut work.app.call)).await? {
        let stored = work.app.update(kind, &reference.id, &change).await?;
        if stored.unresolved.is_empty() {
            work.commit(vec![Write::Resolved { resource, slot: reference.slot.clone() }]).await?;
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
