//! `missing-elements`. Whether an element exists is known only with the resource, so protocol code creates it
//! ([`scim_protocol::patch::Leniency::create_missing_element`]); here it is only noted that a request may need it.

use super::messages::{self, Op};
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::filter::CompareOp;
use scim_protocol::{Filter, Object};

/// Notes a path whose element can be created, because its filter describes the element completely.
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
