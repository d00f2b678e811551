//! `missing-elements`. Whether there is an element only the resource says, so protocol code makes it
//! ([`scim_protocol::patch::Leniency::create_missing_element`]); here it is noted that a request may need it.

use scim_protocol::filter::CompareOp;
use scim_protocol::{Filter, Object};

use super::messages::{self, Op};
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;

/// Notes a path whose element can be made: it says what the element is like, and not only which one it is.
pub(in crate::clients) fn missing(reading: &mut Reading<'_>, members: &Object, op: Option<Op>) {
    let Some(path) = messages::path(members).filter(|_| matches!(op, Some(Op::Add | Op::Replace))) else { return };
    let selector = reading.resource_type.parse_slot(path).ok().and_then(|slot| slot.selector);
    if selector.is_some_and(|selector| describes(&selector)) && reading.allows(Leniency::MissingElements) {
        reading.note(Leniency::MissingElements);
    }
}

fn describes(selector: &Filter) -> bool {
    match selector {
        Filter::And(filters) => filters.iter().all(describes),
        Filter::Compare(comparison) => comparison.op == CompareOp::Eq,
        _ => false,
    }
}
