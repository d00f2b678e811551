//! The lists of users and groups: filters, order and pages.
//!
//! None of the filters is in the published API description; they are what its clients use. A filter without a value is no filter,
//! and names that the app does not know are passed over: a typing error lists everybody.

use super::account::{Account, Group, GroupKind};
use super::answer::Handled;
use super::id::Id;
use super::paging::{Page, present};
use super::shelf::Shelf;
use super::switches::EmailFilter;
use super::user::User;
use super::{group_record, user_record};
use crate::simulators::control::{Call, matches};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::cmp::Ordering;

/// `GET /users.json`: disabled users are listed too.
pub(super) fn users(account: &Account, call: &Call, now: Timestamp) -> Handled {
    let mut found: Vec<&User> = by_email(account, &filter(call, "email")).collect();
    for (name, _) in &call.query {
        let name = name.trim_end_matches("[]");
        let values = filter(call, name);
        if !values.is_empty() {
            found.retain(|user| values.iter().any(|value| is_match(account, user, name, value, now)));
        }
    }
    let key = call.parameter("sort_by").unwrap_or_default();
    let descending = call.parameter("sort_order").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
    found.sort_by(|a, b| {
        let order = compare(a, b, key);
        if descending { order.reverse() } else { order }
    });
    let page = Page::of(call, &account.switches);
    Ok(page.answer(call, &found, |found| present(&account.switches, "user", user_record::user(account, found))))
}

/// `GET /groups.json`: people's own groups and queues are among them, unless the tenant hides them.
pub(super) fn groups(account: &Account, call: &Call) -> Handled {
    let names = filter(call, "name");
    let is_found = |group: &&Group| match group.kind {
        GroupKind::People => true,
        GroupKind::Shadow(_) => account.switches.shadow_groups,
        GroupKind::Queue => account.switches.queue_groups,
    };
    let is_named = |group: &&Group| names.is_empty() || names.iter().any(|name| is_like(name, &group.name));
    let found: Vec<&Group> = account.groups.values().filter(is_found).filter(is_named).collect();
    let page = Page::of(call, &account.switches);
    Ok(page.answer(call, &found, |group| present(&account.switches, "group", group_record::group(account, group))))
}

/// The values of `name=` and `name[]=` that are not empty.
fn filter(call: &Call, name: &str) -> Vec<String> {
    let of_that_name = call.query.iter().filter(|(each, _)| each.trim_end_matches("[]") == name);
    of_that_name.map(|(_, value)| value.clone()).filter(|value| !value.is_empty()).collect()
}

fn by_email<'a>(account: &'a Account, emails: &[String]) -> Box<dyn Iterator<Item = &'a User> + 'a> {
    if emails.is_empty() {
        return Box::new(account.users.values());
    }
    let mut found: Vec<Id> = Vec::new();
    for email in emails.iter().map(|email| email.to_lowercase()) {
        match account.switches.email_filter {
            EmailFilter::Exact => found.extend(account.emails.get(&email)),
            EmailFilter::Prefix => {
                let after = account.emails.range(email.clone()..);
                found.extend(after.take_while(|(each, _)| each.starts_with(&email)).map(|(_, id)| *id));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Box::new(found.into_iter().filter_map(|id| account.users.get(&id)))
}

fn is_match(account: &Account, user: &User, name: &str, value: &str, now: Timestamp) -> bool {
    let refers = |shelf, id: Option<Id>| {
        let reference = id.and_then(|id| Some((id, account.reference(shelf, id)?)));
        reference.is_some_and(|(id, reference)| value == id.to_string() || is_like(value, &reference.name))
    };
    match name {
        "name" => is_like(value, &user.name),
        "title" => is_like(value, &user.title),
        "role" => refers(Shelf::Roles, Some(user.role)),
        "department" => refers(Shelf::Departments, user.department),
        "site" => refers(Shelf::Sites, user.site),
        "enabled" => (value == "0") == user.disabled,
        "updated" => age(value).is_none_or(|age| now.duration_since(user.updated_at) <= age),
        "created" => age(value).is_none_or(|age| now.duration_since(user.created_at) <= age),
        "updated_from" => instant(value).is_none_or(|from| user.updated_at >= from),
        "updated_to" => instant(value).is_none_or(|to| user.updated_at <= to),
        "created_from" => instant(value).is_none_or(|from| user.created_at >= from),
        "created_to" => instant(value).is_none_or(|to| user.created_at <= to),
        _ => true,
    }
}

/// Letters' case does not matter to the app's database.
fn is_like(pattern: &str, text: &str) -> bool {
    matches(&pattern.to_lowercase(), &text.to_lowercase())
}

/// `7` days or `7h` hours.
fn age(text: &str) -> Option<SignedDuration> {
    let hours = match text.strip_suffix('h') {
        Some(hours) => hours.parse::<u16>().ok()?.into(),
        None => i64::from(text.parse::<u16>().ok()?) * 24,
    };
    Some(SignedDuration::from_hours(hours))
}

/// A date-time with its offset, or a date.
fn instant(text: &str) -> Option<Timestamp> {
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| date().map(|midnight| midnight.timestamp()))
}

/// By id unless the caller names another field.
fn compare(a: &User, b: &User, key: &str) -> Ordering {
    let order = match key {
        "name" => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        "email" => a.email.to_lowercase().cmp(&b.email.to_lowercase()),
        "created_at" => a.created_at.cmp(&b.created_at),
        "updated_at" => a.updated_at.cmp(&b.updated_at),
        _ => Ordering::Equal,
    };
    order.then(a.id.cmp(&b.id))
}
