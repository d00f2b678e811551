//! A search by what only one resource can have, such as a user name.

use super::super::app::App;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::query::Query;
use crate::connectors::Contradiction;
use scim_protocol::filter::{CompareOp, Comparison, Filter};
use scim_protocol::path::AttributePath;
use scim_protocol::{ResourceType, Uniqueness};

/// 502 where several resources match: a client would change either of them, and call it the other one. Of an attribute that the gateway
/// keeps the app need not know that it is unique, and all that match are shown.
pub(super) fn judge(context: &Context<'_>, app: &App<'_>, query: &Query, ids: &[String]) -> Result<(), Refusal> {
    let scim = &context.kind.scim;
    let is_kept = |attribute: &AttributePath| context.kind.mapping.kept_slots().any(|slot| slot.path == *attribute);
    match query.filter.as_ref().and_then(|filter| unique(scim, filter)) {
        Some(attribute) if ids.len() > 1 && !is_kept(attribute) => {
            let (kind, attribute, ids) = (scim.name.clone(), attribute.to_string(), ids.to_vec());
            Err(app.contradicted(Contradiction::NotUnique { kind, attribute, ids }))
        }
        _ => Ok(()),
    }
}

/// The attribute of which every match has the same value, and which only one resource may have.
fn unique<'f>(scim: &ResourceType, filter: &'f Filter) -> Option<&'f AttributePath> {
    match filter {
        Filter::And(filters) => filters.iter().find_map(|filter| unique(scim, filter)),
        Filter::Compare(Comparison { path, op: CompareOp::Eq, .. })
            if path.selector.is_none() && path.sub.is_none() =>
        {
            let found = scim.resolve(&path.path)?;
            (found.attribute.uniqueness != Uniqueness::None && !found.attribute.multi_valued).then_some(&path.path)
        }
        _ => None,
    }
}
