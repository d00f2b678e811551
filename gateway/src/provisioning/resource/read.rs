//! From what the app answered to a SCIM resource, with what the store keeps of it.

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::current::Current;
use super::members;
use super::times::{Times, may_be_held};
use crate::connectors::{Contradiction, Document, Stored};
use crate::mapping::Kept;
use crate::store::KeptValue;
use scim_protocol::Object;

/// The SCIM resource of what the app answered; asks the app again where its answer did not supply the document. `omit` names app
/// fields that are not needed.
pub(in super::super) async fn resolve(
    context: &Context<'_>,
    app: &mut App<'_>,
    stored: Stored,
    omit: &[String],
) -> Result<Current, Refusal> {
    let kept = kept(context, &stored.id).await?;
    resolve_with(context, app, stored, kept, omit).await
}

/// A page of what the app answered, as [`resolve`] does it; what the store keeps of all of them is read at once.
pub(in super::super) async fn mapped_page(
    context: &Context<'_>,
    app: &mut App<'_>,
    page: Vec<Stored>,
    omit: &[String],
) -> Result<Vec<Current>, Refusal> {
    let mut kept = if !may_be_held(context) {
        std::collections::HashMap::new()
    } else {
        let ids: Vec<&str> = page.iter().map(|stored| stored.id.as_str()).collect();
        let (instance, kind) = (&context.instance.name, &context.kind.scim.name);
        context.instance.store.kept_of_many(instance, kind, &ids).await?
    };
    let mut currents = Vec::with_capacity(page.len());
    for stored in page {
        let kept = kept.remove(&stored.id).unwrap_or_default();
        currents.push(resolve_with(context, app, stored, kept, omit).await?);
    }
    Ok(currents)
}

/// A document of the app as a SCIM resource.
pub(in super::super) async fn mapped(
    context: &Context<'_>,
    app: &mut App<'_>,
    document: &Document,
    kept: &[Kept],
) -> Result<Object, Refusal> {
    Ok(context.kind.mapping.to_scim(document, kept, &mut app.budget, &mut Connected(&mut app.call)).await?)
}

async fn resolve_with(
    context: &Context<'_>,
    app: &mut App<'_>,
    stored: Stored,
    mut kept: Vec<KeptValue>,
    omit: &[String],
) -> Result<Current, Refusal> {
    let (document, version) = match stored.document {
        Some(document) => (document, stored.version),
        None => {
            let again = app.read(context.kind, &stored.id, omit).await?;
            (again.document.unwrap_or_default(), again.version)
        }
    };
    let times = Times::take(&mut kept);
    let kept: Vec<Kept> = kept.into_iter().map(in_mapping).collect();
    let mut resource = mapped(context, app, &document, &kept).await?;
    if let Some(missing) = context.kind.required.iter().find(|required| required.slot.get(&resource).is_none()) {
        let (kind, id) = (context.kind.scim.name.clone(), stored.id);
        let (attribute, field) = (missing.slot.to_string(), missing.field.clone());
        return Err(app.contradicted(Contradiction::Nameless { kind, id, attribute, field }));
    }
    times.show_in(&mut resource);
    members::correct(context, &stored.id, &mut resource, omit).await?;
    Ok(Current { id: stored.id, resource, version, groups: Vec::new(), is_whole: omit.is_empty() })
}

/// What the store keeps of a resource for the rules of its mapping.
pub(in super::super) async fn kept_by_rules(context: &Context<'_>, id: &str) -> Result<Vec<Kept>, Refusal> {
    let mut kept = kept(context, id).await?;
    Times::take(&mut kept);
    Ok(kept.into_iter().map(in_mapping).collect())
}

/// What the store keeps of a resource.
async fn kept(context: &Context<'_>, id: &str) -> Result<Vec<KeptValue>, Refusal> {
    if !may_be_held(context) {
        return Ok(Vec::new());
    }
    Ok(context.instance.store.kept(&context.key(id)).await?)
}

fn in_mapping(row: KeptValue) -> Kept {
    Kept { slot: row.slot, value: row.value, app: row.app, is_source: false }
}
