//! A search by what only one resource can have, such as a user name.

use super::super::app::App;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::query::Query;
use crate::connectors::Contradiction;
use scim_protocol::filter::{CompareOp, Comparison, Filter};
use scim_protocol::path::AttributePath;
use scim_protocol::{Object, ResourceType, Uniqueness};
use serde_json::Value;

/// The ids of the first two resources that match.
#[derive(Debug, Default)]
pub(super) struct FirstTwo(Vec<String>);

impl FirstTwo {
    /// Notes a resource that matches.
    pub(super) fn note(&mut self, whole: &Object) {
        if self.0.len() < 2 {
            self.0.extend(whole.get("id").and_then(Value::as_str).map(str::to_owned));
        }
    }
}

/// 502 where several resources match: a client would change either of them, and call it the other one. Where the gateway keeps the
/// value for one of them, the app cannot know that it is unique, and all that match are shown.
pub(super) async fn judge(
    context: &Context<'_>,
    app: &App<'_>,
    query: &Query,
    FirstTwo(ids): &FirstTwo,
) -> Result<(), Refusal> {
    let scim = &context.kind.scim;
    let Some((attribute, value)) =
        query.filter.as_ref().filter(|_| ids.len() > 1).and_then(|filter| unique(scim, filter))
    else {
        return Ok(());
    };
    let (store, instance, attribute) = (&context.instance.store, &context.instance.name, attribute.to_string());
    let kept = store.find_kept(instance, &scim.name, &attribute, value).await?;
    if ids.iter().any(|id| kept.contains(id)) {
        return Ok(());
    }
    let (kind, ids) = (scim.name.clone(), ids.clone());
    Err(app.contradicted(Contradiction::NotUnique { kind, attribute, ids }))
}

/// The attribute of which every match has the same value, and which only one resource may have, with that value.
fn unique<'f>(scim: &ResourceType, filter: &'f Filter) -> Option<(&'f AttributePath, &'f Value)> {
    match filter {
        Filter::And(filters) => filters.iter().find_map(|filter| unique(scim, filter)),
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value })
            if path.selector.is_none() && path.sub.is_none() =>
        {
            let found = scim.resolve(&path.path)?;
            (found.attribute.uniqueness != Uniqueness::None && !found.attribute.multi_valued)
                .then_some((&path.path, value))
        }
        _ => None,
    }
}
