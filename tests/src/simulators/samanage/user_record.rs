//! The shape in which the app shows a user.

use super::account::Account;
use super::custom_fields;
use super::id::Id;
use super::shelf::{self, Shelf};
use super::user::User;
use jiff::{Timestamp, tz};
use serde_json::{Value, json};

/// The read shape, which differs from the write shape; ids are integers and the record is bare.
pub(super) fn user(account: &Account, user: &User) -> Value {
    let groups =
        user.memberships.iter().filter_map(|id| account.memberships.get(id)).map(|membership| membership.group);
    let group_ids: Vec<Id> = std::iter::once(user.shadow_group).chain(groups).collect();
    let refer = |kind, id: Option<Id>| {
        id.and_then(|id| account.reference(kind, id)).map(|reference| shelf::record(kind, reference))
    };
    json!({
        "id": user.id,
        "name": user.name,
        "disabled": user.disabled,
        "title": user.title,
        "email": user.email,
        "created_at": time(user.created_at),
        "updated_at": time(user.updated_at),
        "last_login": null,
        "phone": user.phone,
        "mobile_phone": user.mobile_phone,
        "department": refer(Shelf::Departments, user.department),
        "role": refer(Shelf::Roles, Some(user.role)),
        "salt": format!("{:016x}", user.id.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        "group_ids": group_ids,
        "custom_fields_values": custom_fields::record(&user.custom_fields),
        "avatar": avatar(user),
        "mfa_enabled": false,
        "site": refer(Shelf::Sites, user.site),
        "reports_to": user.reports_to.and_then(|id| account.users.get(&id)).map(person),
        "provider": null,
        "language": "-1",
        "time_zone": null,
        "available_for_assignment": true,
    })
}

/// How a user looks in another record.
pub(super) fn person(user: &User) -> Value {
    json!({
        "group_id": user.shadow_group,
        "is_user": true,
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "disabled": user.disabled,
        "avatar": avatar(user),
    })
}

fn avatar(user: &User) -> Value {
    let initials: String = user.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    json!({ "type": "initials", "color": "#fa7911", "initials": initials })
}

/// `2017-10-11T14:26:23.000-07:00`: the tenant's time zone, not UTC.
fn time(at: Timestamp) -> String {
    at.to_zoned(tz::TimeZone::fixed(tz::offset(-7))).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
}
