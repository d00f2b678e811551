//! From what the app answered to a SCIM resource, with what the store keeps of it.

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::current::Current;
use super::members;
use crate::connectors::{Document, Stored};
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
    resolve_with(context, app, stored, &kept, omit).await
}

/// A page of what the app answered, as [`resolve`] does it; what the store keeps of all of them is read at once.
pub(in super::super) async fn mapped_page(
    context: &Context<'_>,
    app: &mut App<'_>,
    page: Vec<Stored>,
    omit: &[String],
) -> Result<Vec<Current>, Refusal> {
    let mut kept = if context.kind.mapping.kept_slots().next().is_none() {
        std::collections::HashMap::new()
    } else {
        let ids: Vec<&str> = page.iter().map(|stored| stored.id.as_str()).collect();
        let (instance, kind) = (&context.instance.name, &context.kind.scim.name);
        context.instance.store.kept_of_many(instance, kind, &ids).await?
    };
    let mut currents = Vec::with_capacity(page.len());
    for stored in page {
        let kept: Vec<Kept> = kept.remove(&stored.id).unwrap_or_default().into_iter().map(in_mapping).collect();
        currents.push(resolve_with(context, app, stored, &kept, omit).await?);
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
    kept: &[Kept],
    omit: &[String],
) -> Result<Current, Refusal> {
    let (document, version) = match stored.document {
        Some(document) => (document, stored.version),
        None => {
            let again = app.read(context.kind, &stored.id, omit).await?;
            (again.document.unwrap_or_default(), again.version)
        }
    };
    let mut resource = mapped(context, app, &document, kept).await?;
    members::correct(context, &stored.id, &mut resource, omit).await?;
    Ok(Current { id: stored.id, resource, version, is_whole: omit.is_empty() })
}

/// What the store keeps of a resource.
pub(in super::super) async fn kept(context: &Context<'_>, id: &str) -> Result<Vec<Kept>, Refusal> {
    if context.kind.mapping.kept_slots().next().is_none() {
        return Ok(Vec::new());
    }
    Ok(context.instance.store.kept(&context.key(id)).await?.into_iter().map(in_mapping).collect())
}

fn in_mapping(row: KeptValue) -> Kept {
    Kept { slot: row.slot, value: row.value, app: row.app, is_source: false }
}
