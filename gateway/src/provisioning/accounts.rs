//! Accounts in the app, found by the name that a resource has.

use super::app::App;
use super::context::Context;
use super::inactive::matching;
use super::listing::AppPages;
use super::refusal::Refusal;
use super::resource::{mapped, mapped_page};
use crate::connectors::{Contradiction, Document, Stored};
use scim_protocol::{Object, Slot};
use serde_json::Value;

/// An account of the app.
#[derive(Debug)]
pub(super) struct Account {
    /// By which clients know it.
    pub(super) id: String,
    pub(super) stored: Stored,
    pub(super) resource: Object,
}

/// The account that has the resource's name, if the app can search by it.
pub(super) async fn named(
    context: &Context<'_>,
    app: &mut App<'_>,
    resource: &Object,
) -> Result<Option<Account>, Refusal> {
    let kind = context.kind;
    let Some(slot) = kind.names.first().map(|name| &name.slot) else { return Ok(None) };
    let Some(value) = slot.get(resource).cloned() else { return Ok(None) };
    let pushed = kind.mapping.push_down(&slot.equals(value), &kind.abilities.filters);
    if pushed.is_empty() {
        return Ok(None);
    }
    let name = matching(kind, resource);
    let mut pages = AppPages::all(kind, pushed, Vec::new());
    let mut found: Option<Account> = None;
    while let Some(page) = pages.next(app, kind).await? {
        for stored in page.resources {
            // What the app did not show is asked for.
            let stored = if stored.document.is_some() { stored } else { app.read(kind, &stored.id, &[]).await? };
            let resource = mapped(context, app, stored.document.as_ref().unwrap_or(&Document::new()), &[]).await?;
            if matching(kind, &resource) != name {
                continue;
            }
            if let Some(other) = found {
                let (kind, attribute) = (kind.scim.name.clone(), slot.to_string());
                let ids = vec![other.id, stored.id];
                return Err(app.contradicted(Contradiction::NotUnique { kind, attribute, ids }));
            }
            found = Some(Account { id: stored.id.clone(), stored, resource });
        }
    }
    Ok(found)
}

/// The id of an account that clients see with this value, if the app can search by it.
pub(super) async fn shown_as(
    context: &Context<'_>,
    app: &mut App<'_>,
    slot: &Slot,
    value: &Value,
) -> Result<Option<String>, Refusal> {
    let kind = context.kind;
    let filter = slot.equals(value.clone());
    let comparisons = kind.mapping.push_down(&filter, &kind.abilities.filters);
    if comparisons.is_empty() {
        return Ok(None);
    }
    let mut pages = AppPages::all(kind, comparisons, Vec::new());
    while let Some(page) = pages.next(app, kind).await? {
        let found = mapped_page(context, app, page.resources, &[]).await?;
        if let Some(found) = found.into_iter().find(|current| filter.matches(&kind.scim, &current.resource)) {
            return Ok(Some(found.id));
        }
    }
    Ok(None)
}

/// As [`named`], unless another resource is bound to the account.
pub(super) async fn free(
    context: &Context<'_>,
    app: &mut App<'_>,
    resource: &Object,
) -> Result<Option<Account>, Refusal> {
    let Some(account) = named(context, app, resource).await? else { return Ok(None) };
    let is_free = app.app_id(context.kind, &account.id).await? == account.id;
    Ok(is_free.then_some(account))
}
