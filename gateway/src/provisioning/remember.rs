//! What to write into the store after the app has confirmed: values that the app cannot hold, and values as the client
//! wrote them beside what the app made of them.

use super::context::Context;
use super::resource::times;
use crate::connectors::Stored;
use crate::mapping::{Kept, KeptChange, KeptValue};
use crate::store::{KeptValue as StoredValue, Write};
use serde_json::Value;

/// What is kept of a new resource.
pub(super) fn of_new(context: &Context<'_>, stored: &Stored, mut kept: Vec<Kept>) -> Vec<Write> {
    if let Some(document) = &stored.document {
        context.kind.mapping.settle(&mut kept, document);
    }
    let keep = |kept: Kept| Write::Keep {
        resource: context.key(&stored.id),
        slot: kept.slot,
        value: kept.value,
        app: kept.app,
    };
    kept.into_iter()
        .filter(|kept| kept.is_source || !app_gives_it_back(&kept.value, kept.app.as_ref()))
        .map(keep)
        .collect()
}

/// What becomes of the kept values of a changed resource, and that it has changed, if they do.
pub(super) async fn of_change(
    context: &Context<'_>,
    id: &str,
    stored: &Stored,
    mut kept: Vec<KeptChange>,
) -> Vec<Write> {
    if kept.is_empty() {
        return Vec::new();
    }
    if let Some(document) = &stored.document {
        context.kind.mapping.settle_change(&mut kept, document);
    }
    let write = |KeptChange { slot, value, app, is_source }: KeptChange| {
        let resource = context.key(id);
        match value {
            KeptValue::Set(value) if !is_source && app_gives_it_back(&value, app.as_ref()) => {
                Write::Drop { resource, slot }
            }
            KeptValue::Set(value) => Write::Keep { resource, slot, value, app },
            KeptValue::Clear => Write::Drop { resource, slot },
        }
    };
    let mut writes: Vec<Write> = kept.into_iter().map(write).collect();
    // The app has confirmed the change: where the store cannot tell what was kept before, the commit will say so.
    let before = context.instance.store.kept(&context.key(id)).await.unwrap_or_default();
    if writes.iter().any(|write| changes(write, &before)) {
        writes.push(times::modified(context, id));
    }
    writes
}

/// Whether a resource of which this was kept is another one afterwards.
fn changes(write: &Write, before: &[StoredValue]) -> bool {
    let kept = |slot: &str| before.iter().find(|kept| kept.slot == slot);
    match write {
        Write::Keep { slot, value, .. } => kept(slot).is_none_or(|kept| kept.value != *value),
        Write::Drop { slot, .. } => kept(slot).is_some(),
        _ => false,
    }
}

/// A value that the app holds as the client wrote it needs no keeping, unless it says where the app's value is from: its own search
/// finds it, too.
fn app_gives_it_back(value: &Value, app: Option<&Value>) -> bool {
    app == Some(value)
}
