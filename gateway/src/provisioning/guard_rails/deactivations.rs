//! `max-deactivations`: how many users may be deactivated or deleted in a sliding window.
//!
//! A place is reserved in the store before the app is told, then all places are counted: of gateways that do so at once, none
//! goes beyond the threshold. A place that is not used is given back.

use super::super::app::App;
use super::super::context::Context;
use super::super::inactive::says_inactive;
use super::super::instance_rails::{counted_since, is_open, refusal};
use super::super::kind::ACTIVE;
use super::super::rail::Rail;
use super::super::refusal::Refusal;
use super::reservation::Reservation;
use crate::config::Deactivations;
use crate::store::{Deactivated, RailWrite, Write};
use jiff::{SignedDuration, Timestamp};
use scim_protocol::Object;
use std::sync::PoisonError;

/// How long the number of an app's users is cached.
const USERS_KNOWN: SignedDuration = SignedDuration::from_hours(1);

/// Whether an existing resource becomes inactive.
pub(in super::super) fn becomes_inactive(before: &Object, after: &Object) -> bool {
    !says_inactive(before) && says_inactive(after)
}

/// Takes a place for a user who is about to be deactivated or deleted, or refuses; `None` where nothing is counted.
pub(in super::super) async fn guard_deactivation(
    context: &Context<'_>,
    app: &mut App<'_>,
    id: &str,
) -> Result<Option<Reservation>, Refusal> {
    let (rails, store, instance) = (&context.instance.guard_rails, &context.instance.store, &context.instance.name);
    let Some(limits) = rails.limits.deactivations else { return Ok(None) };
    if context.kind.scim.schema.attribute(ACTIVE).is_none() {
        return Ok(None);
    }
    let now = rails.now();
    let state = rails.state_of(store, instance, Rail::Deactivations).await?;
    if let Some((_, reason)) = &state.tripped {
        return Err(refusal(Rail::Deactivations, instance, reason));
    }
    if is_open(&state, now) {
        return Ok(None);
    }
    let since = counted_since(&state, now, limits.window);
    let place = Deactivated { instance: instance.to_string(), id: id.to_owned(), time: now };
    let forget = RailWrite::ForgetBefore { instance: instance.to_string(), time: since };
    context.commit(vec![Write::Rail(forget), Write::Rail(RailWrite::Deactivates(place.clone()))]).await?;
    let reservation = Reservation::new(store.clone(), place);
    let count = store.deactivated_since(instance, since).await?;
    let users = if limits.percent.is_some() { number_of_users(context, app, now).await? } else { None };
    match too_many(limits, count, users) {
        Some(reason) => Err(rails.trip(store, instance, Rail::Deactivations, reason).await?),
        None => Ok(Some(reservation)),
    }
}

/// Why so many are too many, if they are.
pub(super) fn too_many(limits: Deactivations, count: u64, users: Option<u64>) -> Option<String> {
    let minutes = limits.window.as_secs() / 60;
    let reason = |most: u64, of: &str| {
        format!("{count} users would be deactivated or deleted within {minutes} minutes; the limit is {most}{of}")
    };
    if let Some(most) = limits.users.filter(|most| count > *most) {
        return Some(reason(most, ""));
    }
    let (percent, users) = (limits.percent?, users?);
    let most = (users * percent).div_ceil(100);
    (count > most).then(|| reason(most, &format!(" ({percent} percent of {users})")))
}

/// How many users the app has; nothing where it does not say. It is asked once an hour.
async fn number_of_users(context: &Context<'_>, app: &mut App<'_>, now: Timestamp) -> Result<Option<u64>, Refusal> {
    let rails = &context.instance.guard_rails;
    let known = *rails.users.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, users)) = known.filter(|(asked, _)| now.duration_since(*asked) < USERS_KNOWN) {
        return Ok(users);
    }
    let users = app.total(context.kind, context.omitted()).await?;
    if users.is_none() {
        tracing::warn!(
            instance = %context.instance.name,
            "the app does not say how many users it has, so `percent` guards nothing; set `users`"
        );
    }
    *rails.users.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, users));
    Ok(users)
}
