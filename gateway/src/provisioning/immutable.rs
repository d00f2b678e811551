//! Attributes that cannot be changed once they are set: the app cannot, as its connector declares (a user name that is the account), or
//! the schema says so.

use super::kind::Kind;
use scim_protocol::patch::Edits;
use scim_protocol::path::AttributePath;
use scim_protocol::{Error, Object, Slot};

/// Whether the current resource is needed to tell if a PATCH changes an immutable attribute.
pub(super) fn touches(kind: &Kind, edits: &Edits) -> bool {
    let is_of =
        |slot: &Slot, path: &AttributePath| slot.path.schema == path.schema && slot.path.attribute == path.attribute;
    edits.steps.iter().any(|edit| kind.immutable.iter().any(|slot| is_of(slot, &edit.slot().path)))
}

/// They must stay what they are (RFC 7644 §3.5.1, `mutability`); in another case, where case says nothing, they do.
pub(super) fn keep(kind: &Kind, before: &Object, after: &mut Object) -> Result<(), Error> {
    for slot in &kind.immutable {
        let (Some(is), Some(wanted)) = (slot.get(before), slot.get(after)) else { continue };
        if is != wanted && !slot.equals(wanted.clone()).matches(&kind.scim, before) {
            return Err(Error::mutability(format!("{slot} is {is} and cannot become {wanted}: it cannot be changed")));
        }
        slot.put(after, is.clone());
    }
    Ok(())
}

/// What a PUT does not say of them stays.
pub(super) fn carry_over(kind: &Kind, before: &Object, after: &mut Object) {
    for slot in &kind.immutable {
        if let (Some(is), None) = (slot.get(before), slot.get(after)) {
            slot.put(after, is.clone());
        }
    }
}
