//! The shapes in which the app shows a group and a membership.

use super::account::{Account, Group, GroupKind};
use super::id::Id;
use super::switches::MembershipUser;
use super::user_record::person;
use serde_json::{Value, json};

/// The read shape; a queue and a user's own group differ in `type` and `is_user`.
pub(super) fn group(account: &Account, group: &Group) -> Value {
    let shadowed = match group.kind {
        GroupKind::Shadow(user) => account.users.get(&user),
        GroupKind::People | GroupKind::Queue => None,
    };
    let members: Vec<Value> = group.memberships.iter().filter_map(|id| membership(account, *id)).collect();
    json!({
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "email": shadowed.map(|user| &user.email),
        "disabled": shadowed.map_or(group.disabled, |user| user.disabled),
        "is_user": shadowed.is_some(),
        "user_id": shadowed.map(|user| user.id),
        "reports_to": group.supervisor.and_then(|id| account.users.get(&id)).map(person),
        "send_notifications": true,
        "type": if group.kind == GroupKind::Queue { "AssignableQueueGroup" } else { "Group" },
        "avatar": { "type": "group", "color": "#bb5bac" },
        "memberships": members,
        "custom_fields_values": [],
    })
}

/// How a membership looks in its group: the member is a display name, which says little about who it is.
pub(super) fn membership(account: &Account, id: Id) -> Option<Value> {
    let member = account.users.get(&account.memberships.get(&id)?.user)?;
    let shown = match account.switches.membership_user {
        MembershipUser::Name => json!(member.name),
        MembershipUser::Object => person(member),
    };
    Some(json!({ "id": id, "user": shown, "type": "User" }))
}
