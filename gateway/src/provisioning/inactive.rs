//! Users whose account the app removed because they became inactive.
//!
//! Clients need them to be there: Entra reads a disabled user with `active: false` and enables them again under the same id
//! (RFC 7643 §4.1.1 `active`). So before an account is removed, what it was like is committed, and the resource is answered
//! from there until it is active again, is deleted, or turns out to have an account after all.
//!
//! | phase     | the app's account             | what finishes it                                          |
//! |-----------|-------------------------------|-----------------------------------------------------------|
//! | removing  | may exist                     | any request for the resource removes it                   |
//! | removed   | does not exist                |                                                           |
//! | restoring | may exist, id not bound to it | the same request again looks for it before it creates one |
//!
//! A reference that another resource has to one of these stays unwritten until it is active again. A removal that the app refuses for
//! good (someone who must have an owner) leaves its user active.

use super::kind::{ACTIVE, Kind};
use super::resource::Current;
use crate::store::{Inactive, Phase, ResourceKey, StandingWrite, Write};
use scim_protocol::patch::{Edit, Edits};
use scim_protocol::{Object, fold_case};
use serde_json::Value;

/// Whether a resource says that it is inactive, in an app that then removes it.
pub(super) fn is_inactive(kind: &Kind, resource: &Object) -> bool {
    kind.removes() && says_inactive(resource)
}

/// Whether a resource says that it is inactive.
pub(super) fn says_inactive(resource: &Object) -> bool {
    resource.get(ACTIVE) == Some(&Value::Bool(false))
}

/// Whether a resource says that it is active.
pub(super) fn is_active(resource: &Object) -> bool {
    resource.get(ACTIVE) == Some(&Value::Bool(true))
}

/// Whether a PATCH leaves the resource inactive, whatever it was before.
pub(super) fn deactivates(edits: &Edits) -> bool {
    let last = edits.steps.iter().rev().find(|edit| {
        let path = &edit.slot().path;
        path.schema.is_none() && path.attribute == ACTIVE
    });
    matches!(last, Some(Edit::Set { value: Value::Bool(false), .. }))
}

/// An inactive resource with these attributes, as far as a rule takes them: what no account will ever hold is not shown.
pub(super) fn to_inactive(kind: &Kind, id: &str, phase: Phase, after: &Object) -> Inactive {
    let mut resource = kind.mapping.taken(after);
    resource.extend(after.get("meta").map(|meta| ("meta".to_owned(), meta.clone())));
    resource.insert(ACTIVE.to_owned(), Value::Bool(false));
    let external_id = resource.get("externalId").and_then(Value::as_str).map(str::to_owned);
    Inactive { id: id.to_owned(), matching: matching(kind, &resource), external_id, phase, resource }
}

/// What clients find a resource by, in lower case; empty where it has no such value.
pub(super) fn matching(kind: &Kind, resource: &Object) -> String {
    let value = kind.names.first().and_then(|name| name.slot.get(resource)).and_then(Value::as_str);
    value.map(fold_case).unwrap_or_default().into_owned()
}

/// Remembers an inactive resource.
pub(super) fn remembered(key: ResourceKey, inactive: &Inactive) -> Write {
    let ResourceKey { instance, resource_type, .. } = key;
    Write::Standing(StandingWrite::Inactive { instance, resource_type, inactive: inactive.clone() })
}

/// How the resource is shown.
pub(super) fn current(inactive: Inactive) -> Current {
    Current { id: inactive.id, resource: inactive.resource, version: None, groups: Vec::new(), is_whole: true }
}
