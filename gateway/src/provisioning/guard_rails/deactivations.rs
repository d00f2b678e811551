//! `max-deactivations`: how many users may be deactivated or deleted in a window that slides.
//!
//! A place is reserved in the store before the app is told, then all places are counted: of gateways that do so at once, none
//! goes beyond the threshold. A place that came to nothing is given back.

use super::super::answer::Failure;
use super::super::work::Work;
use super::{Rail, counted_since, is_open, refusal};
use crate::config::Deactivations;
use crate::store::{Deactivated, RailWrite, Write};
use jiff::{SignedDuration, Timestamp};
use scim_protocol::Object;
use serde_json::Value;
use std::sync::PoisonError;

const ACTIVE: &str = "active";

/// How long the number of an app's users is taken to be the same.
const USERS_KNOWN: SignedDuration = SignedDuration::from_hours(1);

/// A place among the users who may go.
pub(in super::super) type Reservation = Deactivated;

/// Whether a resource that is there becomes inactive.
pub(in super::super) fn becomes_inactive(before: &Object, after: &Object) -> bool {
    let is_inactive = |resource: &Object| resource.get(ACTIVE) == Some(&Value::Bool(false));
    !is_inactive(before) && is_inactive(after)
}

/// Takes a place for a user who is about to be deactivated or deleted, or refuses.
pub(in super::super) async fn guard_deactivation(work: &mut Work<'_>, id: &str) -> Result<(), Failure> {
    let instance = work.instance;
    let Some(limits) = instance.guard_rails.limits.deactivations else { return Ok(()) };
    if work.kind.scim.schema.attribute(ACTIVE).is_none() || work.reserved.is_some() {
        return Ok(());
    }
    let now = instance.guard_rails.now();
    let state = instance.state_of(Rail::Deactivations).await?;
    if let Some((_, reason)) = &state.tripped {
        return Err(refusal(Rail::Deactivations, &instance.name, reason));
    }
    if is_open(&state, now) {
        return Ok(());
    }
    let since = counted_since(&state, now, limits.window);
    let place = Deactivated { instance: instance.name.to_string(), id: id.to_owned(), time: now };
    let forget = RailWrite::ForgetBefore { instance: instance.name.to_string(), time: since };
    work.commit(vec![Write::Rail(forget), Write::Rail(RailWrite::Deactivates(place.clone()))]).await?;
    work.reserved = Some(place);
    let count = instance.store.deactivated_since(&instance.name, since).await?;
    let users = if limits.percent.is_some() { number_of_users(work, now).await? } else { None };
    match too_many(limits, count, users) {
        Some(reason) => Err(instance.trip(Rail::Deactivations, reason).await?),
        None => Ok(()),
    }
}

/// Gives the place of a user back who was not deactivated.
pub(in super::super) async fn take_back(work: &mut Work<'_>) {
    if let Some(place) = work.reserved.take()
        && let Err(failure) = work.commit(vec![Write::Rail(RailWrite::Remains(place))]).await
    {
        tracing::warn!(instance = %work.instance.name, cause = failure.cause, "a user who stays counts as deactivated");
    }
}

/// Why so many are too many, if they are.
pub(super) fn too_many(limits: Deactivations, count: u64, users: Option<u64>) -> Option<String> {
    let minutes = limits.window.as_secs() / 60;
    let reason = |most: u64, of: &str| {
        format!("{count} users would be deactivated or deleted within {minutes} minutes, and {most}{of} may")
    };
    if let Some(most) = limits.users.filter(|most| count > *most) {
        return Some(reason(most, ""));
    }
    let (percent, users) = (limits.percent?, users?);
    let most = (users * percent).div_ceil(100);
    (count > most).then(|| reason(most, &format!(" ({percent} percent of {users})")))
}

/// How many users the app has; nothing where it does not say. It is asked once an hour.
async fn number_of_users(work: &mut Work<'_>, now: Timestamp) -> Result<Option<u64>, Failure> {
    let known = *work.instance.guard_rails.users.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, users)) = known.filter(|(asked, _)| now.duration_since(*asked) < USERS_KNOWN) {
        return Ok(users);
    }
    let users = work.total().await?;
    if users.is_none() {
        tracing::warn!(instance = %work.instance.name, "the app does not say how many users it has: percent guards nothing");
    }
    *work.instance.guard_rails.users.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, users));
    Ok(users)
}
