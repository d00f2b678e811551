//! What the rails decide, with the time as a value.

use super::super::instance_rails::{GuardRails, counted_since, is_open, refusal};
use super::super::rail::Rail;
use super::deactivations::{becomes_inactive, too_many};
use crate::config::{self, Deactivations};
use crate::store::RailState;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn what_is_beyond_either_bound_is_too_many() {
    for (users, percent, count, of, expected) in [
        (Some(3), None, 3, None, false),
        (Some(3), None, 4, None, true),
        (None, Some(10), 10, Some(100), false),
        (None, Some(10), 11, Some(100), true),
        // A part of a user is a user: one may always go.
        (None, Some(10), 1, Some(5), false),
        (None, Some(10), 2, Some(5), true),
        // Nobody knows of how many.
        (None, Some(10), 1000, None, false),
        (Some(50), Some(10), 11, Some(100), true),
        (Some(50), Some(10), 51, None, true),
    ] {
        let limits = Deactivations { users, percent, window: HOUR };
        assert_eq!(too_many(limits, count, of).is_some(), expected, "{users:?} {percent:?} {count} of {of:?}");
    }
    let reason = too_many(Deactivations { users: None, percent: Some(10), window: HOUR }, 11, Some(100)).unwrap();
    assert_eq!(
        reason,
        "11 users would be deactivated or deleted within 60 minutes; the limit is 10 (10 percent of 100)"
    );
}

#[test]
fn the_window_slides_and_begins_anew_when_the_rail_was_lifted() {
    let now = at("2026-01-01T12:00:00Z");
    for (open_until, since, open) in [
        (None, "2026-01-01T11:00:00Z", false),
        (Some("2026-01-01T10:00:00Z"), "2026-01-01T11:00:00Z", false),
        (Some("2026-01-01T11:30:00Z"), "2026-01-01T11:30:00Z", false),
        (Some("2026-01-01T12:30:00Z"), "2026-01-01T12:30:00Z", true),
    ] {
        let state = RailState { tripped: None, open_until: open_until.map(at) };
        assert_eq!(counted_since(&state, now, HOUR), at(since), "{open_until:?}");
        assert_eq!(is_open(&state, now), open, "{open_until:?}");
    }
}

#[test]
fn a_user_who_was_inactive_is_not_deactivated() {
    let user = |active: serde_json::Value| json!({"active": active}).as_object().cloned().unwrap();
    for (before, after, expected) in [
        (json!(true), json!(false), true),
        (json!(null), json!(false), true),
        (json!(false), json!(false), false),
        (json!(true), json!(true), false),
        (json!(true), json!(null), false),
    ] {
        assert_eq!(becomes_inactive(&user(before.clone()), &user(after.clone())), expected, "{before} {after}");
    }
}

#[test]
fn a_refusal_says_which_rail_what_was_counted_and_what_the_operator_does() {
    let refused = refusal(Rail::Deactivations, "acme", "51 users would be deactivated; the limit is 50");
    assert_eq!((u16::from(refused.error.status), refused.rail()), (403, Some(Rail::Deactivations)));
    for part in [
        "max-deactivations",
        "51 users",
        "the limit is 50",
        "scim-gateway rails lift --instance acme --rail max-deactivations",
    ] {
        assert!(refused.error.detail.contains(part), "{}", refused.error.detail);
    }
}

#[test]
fn a_rail_that_stands_is_seen_until_it_is_lifted() {
    let rails = GuardRails::new(config::GuardRails::default(), Arc::new(|| at("2026-01-01T00:00:00Z")));
    let state = RailState { tripped: Some((at("2026-01-01T00:00:00Z"), "too many".into())), open_until: None };
    rails.see(Rail::MembersRemoved, &state);
    assert_eq!(
        rails.tripped(),
        ["the guard rail max-members-removed has refused requests since 2026-01-01T00:00:00Z: too many"]
    );
    rails.see(Rail::MembersRemoved, &RailState::default());
    assert!(rails.tripped().is_empty());
}
