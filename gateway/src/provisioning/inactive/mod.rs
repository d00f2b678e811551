//! Users whose account the app removed because they became inactive.
//!
//! Clients need them to be there: Entra reads a disabled user with `active: false` and enables him again under the same id
//! (RFC 7643 §4.1.1 `active`). So before an account is removed, what it was like is committed, and the resource is answered
//! from there until it is active again, is deleted, or turns out to have an account after all.
//!
//! | phase     | the app's account          | what finishes it                                          |
//! |-----------|----------------------------|-----------------------------------------------------------|
//! | removing  | may be there               | any request for the resource removes it                   |
//! | removed   | is not there               |                                                           |
//! | restoring | may be there, id not bound | the same request again looks for it before it creates one |
//!
//! Each step is committed before the next one is taken, so that an operation that was cut off anywhere ends right when it is
//! sent again. An app that refuses a removal (it must have an owner) leaves its user active.

mod change;
mod create;
mod find;
mod restore;
mod search;

pub(super) use change::{change, deactivate, deactivates, end, sets_inactive};
pub(super) use create::{create, refuse_taken};
pub(super) use find::{find, find_in_turn};
pub(super) use search::{finish_all, has_the_name, recognise, take_matching};

use super::answer::{Answer, Failure};
use super::instance::Kind;
use super::work::{Current, Work};
use crate::store::{Inactive, Phase, ResourceKey, StandingWrite, Write};
use scim_protocol::Object;
use serde_json::Value;

const ACTIVE: &str = "active";

/// Whether a resource says that it is inactive.
pub(super) fn is_inactive(kind: &Kind, resource: &Object) -> bool {
    kind.removes() && resource.get(ACTIVE) == Some(&Value::Bool(false))
}

/// An inactive resource with these attributes, as far as a rule takes them: what no account will ever hold is not shown.
fn inactive(kind: &Kind, id: &str, phase: Phase, after: &Object) -> Inactive {
    let mut resource = kind.mapping.taken(after);
    resource.extend(after.get("meta").map(|meta| ("meta".to_owned(), meta.clone())));
    resource.insert(ACTIVE.to_owned(), Value::Bool(false));
    let external_id = resource.get("externalId").and_then(Value::as_str).map(str::to_owned);
    Inactive { id: id.to_owned(), matching: matching(kind, &resource), external_id, phase, resource }
}

/// What clients find a resource by, in lower case; empty where it has no such thing.
fn matching(kind: &Kind, resource: &Object) -> String {
    let slots = kind.mapping.match_slots();
    let value = slots.first().and_then(|slot| slot.get(resource)).and_then(Value::as_str);
    value.map(str::to_lowercase).unwrap_or_default()
}

fn remembered(key: ResourceKey, inactive: &Inactive) -> Write {
    let ResourceKey { instance, resource_type, .. } = key;
    Write::Standing(StandingWrite::Inactive { instance, resource_type, inactive: inactive.clone() })
}

/// How the resource is shown.
pub(super) fn current(inactive: Inactive) -> Current {
    Current { id: inactive.id, resource: inactive.resource, version: None, is_whole: true }
}

/// 200 with the resource.
pub(super) fn answer(work: &mut Work<'_>, inactive: Inactive) -> Result<Answer, Failure> {
    work.recognise(&inactive.resource);
    Ok(work.shown(current(inactive)))
}
