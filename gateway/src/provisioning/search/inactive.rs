//! Inactive resources among the results of a search. They come after the app's.

use super::super::app::App;
use super::super::context::Context;
use super::super::inactive::{current, matching};
use super::super::refusal::Refusal;
use super::super::resource::{Current, add_groups, present};
use super::super::write;
use super::found::{Found, take};
use super::query::Query;
use crate::store::{Inactive, Phase};
use scim_protocol::filter::{CompareOp, Comparison, Filter};
use scim_protocol::fold_case;
use serde_json::Value;
use std::collections::HashMap;

/// Inactive resources that are held at once.
const AT_ONCE: u64 = 200;

/// Finishes the removals that were cut off, so that nobody is listed twice.
pub(super) async fn finish_all(context: &Context<'_>, app: &mut App<'_>) -> Result<(), Refusal> {
    if !context.kind.removes() {
        return Ok(());
    }
    for id in context.instance.store.half_removed(&context.instance.name, &context.kind.scim.name).await? {
        write::find(context, app, &id).await?;
    }
    Ok(())
}

/// If a listed account has the name of an inactive resource, shows it under that resource's id.
pub(super) async fn recognise(
    context: &Context<'_>,
    app: &mut App<'_>,
    currents: &mut [Current],
) -> Result<(), Refusal> {
    if !context.kind.removes() {
        return Ok(());
    }
    let names: Vec<String> = currents.iter().map(|current| matching(context.kind, &current.resource)).collect();
    let asked: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let (instance, kind) = (&context.instance.name, &context.kind.scim.name);
    let found = context.instance.store.inactive_matching(instance, kind, &asked).await?;
    let mut inactive: HashMap<String, Inactive> =
        found.into_iter().map(|inactive| (inactive.matching.clone(), inactive)).collect();
    for (current, name) in currents.iter_mut().zip(names) {
        let Some(before) = inactive.remove(&name).filter(|before| before.phase != Phase::Removing) else { continue };
        let app_id = current.id.clone();
        if app.app_id(context.kind, &app_id).await? != app_id {
            continue;
        }
        match write::adopt(context, app, before, &app_id).await? {
            Some(recognised) => *current = recognised,
            // Another request was faster.
            None => current.id = app.scim_ids(kind, vec![app_id]).await?.pop().unwrap_or_default(),
        }
    }
    Ok(())
}

/// Whether a filter asks for a name that an inactive resource has. Then the app need not be asked: names are unique. An
/// account that came to be there without the gateway shows in lists, and when the resource is restored.
pub(super) async fn has_the_name(context: &Context<'_>, filter: &Filter) -> Result<bool, Refusal> {
    let (true, Some(Name::Matching(name))) = (context.kind.removes(), required(context, filter)) else {
        return Ok(false);
    };
    let (instance, kind) = (&context.instance.name, &context.kind.scim.name);
    let found = context.instance.store.inactive_matching(instance, kind, &[&name]).await?;
    Ok(found.iter().any(|inactive| inactive.phase == Phase::Removed))
}

/// Adds the inactive resources that match; those of the app have been counted.
pub(super) async fn take_matching(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    found: &mut Found,
) -> Result<(), Refusal> {
    if !context.kind.removes() {
        return Ok(());
    }
    if query.filter.is_none() && !found.is_sorted() {
        return take_window(context, app, found).await;
    }
    let (store, instance, kind) = (&context.instance.store, &*context.instance.name, context.kind.scim.name.as_str());
    let named = match query.filter.as_ref().and_then(|filter| required(context, filter)) {
        Some(Name::Matching(name)) => Some(store.inactive_matching(instance, kind, &[&name]).await?),
        Some(Name::External(name)) => Some(store.inactive_known_as(instance, kind, name).await?),
        None => None,
    };
    if let Some(named) = named {
        for current in currents(context, app, named).await? {
            take(context, query, current, found, false)?;
        }
        return Ok(());
    }
    let mut offset = 0;
    loop {
        let page = store.inactive_page(instance, kind, offset, AT_ONCE).await?;
        let is_last = (page.len() as u64) < AT_ONCE;
        for current in currents(context, app, page).await? {
            take(context, query, current, found, false)?;
        }
        if is_last {
            return Ok(());
        }
        offset += AT_ONCE;
    }
}

/// How they are shown.
pub(super) async fn currents(
    context: &Context<'_>,
    app: &mut App<'_>,
    inactive: Vec<Inactive>,
) -> Result<Vec<Current>, Refusal> {
    let mut currents: Vec<Current> = inactive.into_iter().map(current).collect();
    add_groups(context, app, &mut currents).await?;
    Ok(currents)
}

/// All of them: only those in the window are read.
async fn take_window(context: &Context<'_>, app: &mut App<'_>, found: &mut Found) -> Result<(), Refusal> {
    let (store, instance, kind) = (&context.instance.store, &*context.instance.name, context.kind.scim.name.as_str());
    let start = found.window.start.max(found.total);
    if start < found.window.end() {
        let page = store.inactive_page(instance, kind, start - found.total, found.window.end() - start).await?;
        found
            .resources
            .extend(currents(context, app, page).await?.into_iter().map(|current| present(context, current)));
    }
    found.total += store.count_inactive(instance, kind).await?;
    Ok(())
}

/// What every match must be called.
enum Name<'f> {
    Matching(String),
    External(&'f str),
}

fn required<'f>(context: &Context<'_>, filter: &'f Filter) -> Option<Name<'f>> {
    match filter {
        Filter::And(filters) => filters.iter().find_map(|filter| required(context, filter)),
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value: Value::String(value) }) => {
            let path = path.to_string();
            let is_matching = context.kind.names.first().is_some_and(|name| name.text == path);
            if is_matching {
                return Some(Name::Matching(fold_case(value).into_owned()));
            }
            (path == "externalId").then_some(Name::External(value))
        }
        _ => None,
    }
}
