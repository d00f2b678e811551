//! When a resource was created and last changed, as far as the gateway knows it better than the app (RFC 7643 §3.1).
//!
//! An app does not notice that a kept attribute changes, and gives a user who becomes active again an account that is new. So the
//! gateway keeps the time of its own last change, and the time at which the resource was first created, beside the attributes that it
//! keeps. The later change and the earlier creation count (ARCHITECTURE.md, law 13).

use super::super::context::Context;
use crate::store::{KeptValue, Write};
use jiff::{SignedDuration, Timestamp};
use scim_protocol::Object;
use serde_json::Value;

const META: &str = "meta";
const CREATED: &str = "created";
const MODIFIED: &str = "lastModified";
/// Before the name of the sub-attribute, it is the slot under which a time is kept.
const PREFIX: &str = "meta.";

/// The times that the gateway keeps of a resource.
#[derive(Debug, Default)]
pub(in super::super) struct Times {
    created: Option<Value>,
    modified: Option<Value>,
}

/// Whether the gateway may hold anything of resources of this type.
pub(in super::super) fn may_be_held(context: &Context<'_>) -> bool {
    context.kind.mapping.kept_slots().next().is_some() || context.kind.removes() || context.members().is_some()
}

impl Times {
    /// Takes the times out of what is kept of a resource.
    pub(in super::super) fn take(kept: &mut Vec<KeptValue>) -> Self {
        let mut times = Self::default();
        kept.retain(|kept| match kept.slot.strip_prefix(PREFIX) {
            Some(CREATED) => {
                times.created = Some(kept.value.clone());
                false
            }
            Some(MODIFIED) => {
                times.modified = Some(kept.value.clone());
                false
            }
            _ => true,
        });
        times
    }

    /// Shows them where they say more than the app.
    pub(in super::super) fn show_in(self, resource: &mut Object) {
        if self.created.is_none() && self.modified.is_none() {
            return;
        }
        change_meta(resource, |meta| {
            if let Some(created) = self.created {
                meta.insert(CREATED.to_owned(), created);
            }
            if let Some(modified) = self.modified
                && meta.get(MODIFIED).and_then(time).is_none_or(|app| time(&modified).is_some_and(|own| own > app))
            {
                meta.insert(MODIFIED.to_owned(), modified);
            }
        });
    }
}

/// The resource, which only the gateway holds, is changed now.
pub(in super::super) fn set_modified(context: &Context<'_>, resource: &mut Object) {
    let now = context.instance.now();
    change_meta(resource, |meta| {
        let before = meta.get(MODIFIED).and_then(time);
        meta.insert(MODIFIED.to_owned(), text(behind(before, now)));
    });
}

/// The resource, which only the gateway holds, is created now.
pub(in super::super) fn set_created(context: &Context<'_>, resource: &mut Object) {
    let now = text(context.instance.now());
    change_meta(resource, |meta| {
        meta.insert(CREATED.to_owned(), now.clone());
        meta.insert(MODIFIED.to_owned(), now);
    });
}

/// To remember that what the gateway holds of a resource is changed now.
pub(in super::super) fn modified(context: &Context<'_>, id: &str) -> Write {
    keep(context, id, MODIFIED, text(context.instance.now()))
}

/// To remember that an inactive resource is active again: it was created when it was, and has changed now.
pub(in super::super) fn restored(context: &Context<'_>, id: &str, before: &Object) -> Vec<Write> {
    let created = before.get(META).and_then(|meta| meta.get(CREATED)).cloned();
    let created = created.map(|created| keep(context, id, CREATED, created));
    created.into_iter().chain([modified(context, id)]).collect()
}

fn keep(context: &Context<'_>, id: &str, name: &str, value: Value) -> Write {
    Write::Keep { resource: context.key(id), slot: format!("{PREFIX}{name}"), value, app: None }
}

/// A time that is later than the one before, even if the app's clock is ahead.
fn behind(before: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let tick = SignedDuration::from_millis(2);
    before.and_then(|before| before.saturating_add(tick).ok()).map_or(now, |before| before.max(now))
}

/// To the millisecond, as apps write it.
fn text(time: Timestamp) -> Value {
    format!("{time:.3}").into()
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// Changes the resource's `meta`, which is made where there is none.
fn change_meta(resource: &mut Object, change: impl FnOnce(&mut Object)) {
    let mut meta = match resource.remove(META) {
        Some(Value::Object(meta)) => meta,
        _ => Object::new(),
    };
    change(&mut meta);
    resource.insert(META.to_owned(), Value::Object(meta));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_later_change_and_the_kept_creation_are_shown() {
        let kept = |name: &str, value: &str| KeptValue { slot: name.to_owned(), value: value.into(), app: None };
        let app = json!({ "created": "2026-03-01T00:00:00Z", "lastModified": "2026-03-01T00:00:00Z" });
        for (created, modified, meta, expected) in [
            (None, Some("2026-03-01T00:00:00.001Z"), app.clone(), ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00.001Z")),
            (None, Some("2026-03-01T00:59:00+01:00"), app.clone(), ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z")),
            (
                Some("2026-01-01T00:00:00Z"),
                Some("2026-02-01T00:00:00Z"),
                app.clone(),
                ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ),
            (
                Some("2026-01-01T00:00:00Z"),
                Some("2026-02-01T00:00:00Z"),
                Value::Null,
                ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
            ),
        ] {
            let times = [("meta.created", created), ("meta.lastModified", modified), ("title", Some("x"))];
            let mut rows = times.iter().filter_map(|(slot, value)| Some(kept(slot, (*value)?))).collect();
            let mut resource = Object::new();
            resource.insert("meta".to_owned(), meta);
            Times::take(&mut rows).show_in(&mut resource);
            assert_eq!(rows.len(), 1, "what is kept besides stays");
            assert_eq!(resource["meta"], json!({ "created": expected.0, "lastModified": expected.1 }));
        }
    }

    #[test]
    fn a_change_is_later_than_the_one_before_whatever_the_clocks_say() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-03-01T00:00:00.5Z");
        for (before, expected) in [
            (None, "2026-03-01T00:00:00.5Z"),
            (Some("2026-03-01T00:00:00.4Z"), "2026-03-01T00:00:00.5Z"),
            (Some("2026-03-01T00:00:00.4999Z"), "2026-03-01T00:00:00.5019Z"),
            (Some("2026-03-01T00:01:00Z"), "2026-03-01T00:01:00.002Z"),
        ] {
            assert_eq!(behind(before.map(at), now), at(expected), "{before:?}");
        }
    }

    #[test]
    fn where_nothing_is_kept_nothing_is_shown() {
        let mut resource = Object::new();
        Times::take(&mut Vec::new()).show_in(&mut resource);
        assert_eq!(resource, Object::new());
    }
}
