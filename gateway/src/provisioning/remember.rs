//! What to write into the store after the app has confirmed: values that the app cannot hold, and values as the client
//! wrote them beside what the app made of them.

use super::context::Context;
use crate::connectors::Stored;
use crate::mapping::{Kept, KeptChange, KeptValue};
use crate::store::Write;
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

/// What becomes of the kept values of a changed resource.
pub(super) fn of_change(context: &Context<'_>, id: &str, stored: &Stored, mut kept: Vec<KeptChange>) -> Vec<Write> {
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
    kept.into_iter().map(write).collect()
}

/// A value that the app holds as the client wrote it needs no keeping, unless it says where the app's value is from: its own search
/// finds it, too.
fn app_gives_it_back(value: &Value, app: Option<&Value>) -> bool {
    app == Some(value)
}
