//! Accounts in the app, found by the name that a resource has.

use super::app::App;
use super::context::Context;
use super::inactive::matching;
use super::refusal::Refusal;
use super::resource::{mapped, mapped_page};
use crate::connectors::{Query, Stored};
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
    let query = Query { comparisons: pushed, limit: kind.abilities.paging.max_page_size.max(1), ..Query::default() };
    let name = matching(kind, resource);
    for stored in app.search(kind, query).await?.resources {
        let document = stored.document.clone().unwrap_or_default();
        let resource = mapped(context, app, &document, &[]).await?;
        if matching(kind, &resource) == name {
            return Ok(Some(Account { id: stored.id.clone(), stored, resource }));
        }
    }
    Ok(None)
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
    let query = Query { comparisons, limit: kind.abilities.paging.max_page_size.max(1), ..Query::default() };
    let page = app.search(kind, query).await?.resources;
    let found = mapped_page(context, app, page, &[]).await?;
    Ok(found.into_iter().find(|current| filter.matches(&kind.scim, &current.resource)).map(|current| current.id))
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
