//! `missing-elements`. Whether an element exists is known only with the resource, so protocol code creates it
//! ([`scim_protocol::patch::Leniency::create_missing_element`]); here it is only noted that a request may need it.

use super::messages::{self, Op};
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::Object;

/// Notes a path whose element can be created, because its filter says which kind of element is meant.
pub(in crate::clients) fn missing(reading: &mut Reading<'_>, members: &Object, op: Option<Op>) {
    let Some(path) = messages::path(members).filter(|_| matches!(op, Some(Op::Add | Op::Replace))) else { return };
    let slot = reading.resource_type.parse_slot(path);
    if slot.is_ok_and(|slot| slot.describes_element()) && reading.allows(Leniency::MissingElements) {
        reading.note(Leniency::MissingElements);
    }
}
