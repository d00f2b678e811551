//! The role (S-7). A user of Samanage has exactly one, given by its name; a user created without one becomes a licensed Service
//! Agent User. Microsoft Entra ID sends roles as objects, as JSON in a string, or as the literal default
//! `{"displayName":"role"}`; this module reduces all of them to one name.

use crate::api::Api;
use crate::paging::List;
use crate::{people, record};
use scim_connector_sdk::{Fault, Object, Settings, Value, json};

const TRANSFORM: &str = "role";
const DEFAULT_ROLE: &str = "Requester";
const DEFAULT_PRIORITY: &str = "Administrator, Service Agent User, Service Task User";
/// JSON in a string in an object in a string, which is deeper than anything that clients send.
const DEPTH: usize = 4;

/// Refuses any other transform: this connector has only one.
pub(crate) fn only(name: &str) -> Result<(), Fault> {
    if name == TRANSFORM { Ok(()) } else { Err(Fault::not_implemented(format!("unknown transform `{name}`"))) }
}

/// The one role name in the value of `roles`; `None` if it is empty, which leaves the role alone.
///
/// Of several roles, the primary one is used, or else the first in the setting `role-priority`, or else the first by name.
pub(crate) fn to_app(settings: Settings<'_>, value: &Value) -> Result<Option<Value>, Fault> {
    let elements = match value {
        Value::Null => return Ok(None),
        Value::Array(elements) if elements.is_empty() => return Ok(None),
        Value::Array(elements) => elements.as_slice(),
        single => std::slice::from_ref(single),
    };
    let named = |element| Some((is_primary(element), aliased(settings, &name_in(element, DEPTH)?)));
    let priority = settings.text("role-priority").unwrap_or_else(|| DEFAULT_PRIORITY.to_owned());
    let rank = |role: &str| priority.split(',').position(|listed| is_same(listed.trim(), role)).unwrap_or(usize::MAX);
    let roles = elements.iter().filter_map(named);
    let chosen = roles.min_by_key(|(primary, role)| (!primary, rank(role), role.to_lowercase()));
    match chosen {
        Some((_, role)) => Ok(Some(Value::String(role))),
        None => Err(Fault::invalid_value(
            "roles: a role must be the name of a Samanage role, or an object such as {\"displayName\":\"Requester\"}",
        )),
    }
}

/// `roles` with the one role. `display` is omitted, because it would become stale if a client replaced only `value`.
pub(crate) fn to_scim(value: &Value) -> Option<Value> {
    let name = value.as_str().filter(|name| !name.trim().is_empty())?;
    Some(json!([{"value": name, "primary": true}]))
}

/// Accepts `{"displayName":"<name>"}` and nothing else.
pub(crate) fn check_default(default: &str) -> Result<(), String> {
    let value: Value = json_or_text(default);
    let exact = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("displayName"));
    if exact
        .and_then(Value::as_str)
        .is_some_and(|name| !name.is_empty() && name.trim() == name && !name.starts_with('{'))
    {
        return Ok(());
    }
    let first = value.as_array().and_then(|elements| elements.first());
    let meant = name_in(first.unwrap_or(&value), DEPTH).unwrap_or_else(|| DEFAULT_ROLE.to_owned());
    Err(format!(
        "the default of a role must have exactly the format {{\"displayName\":\"<name of the role>\"}}; \
         write {}",
        json!({"displayName": meant})
    ))
}

/// Makes sure that a new user has a role, even if the mapping gives none.
pub(crate) fn ensure(settings: Settings<'_>, user: &mut Object) {
    let name = user.get("role").and_then(|role| role.get("name")).and_then(Value::as_str);
    if name.is_none_or(|name| name.trim().is_empty()) {
        let role = settings.text("default-role").filter(|role| !role.trim().is_empty());
        user.insert("role".to_owned(), json!({"name": role.unwrap_or_else(|| DEFAULT_ROLE.to_owned())}));
    }
}

/// Replaces the role of a user by Samanage's spelling. A role that Samanage does not have is refused before anything is written: a
/// write with it may succeed, and give the user another role.
pub(crate) fn resolve(api: Api<'_>, user: &mut Object) -> Result<(), Fault> {
    let Some(Value::String(name)) = user.get_mut("role").and_then(|role| role.get_mut("name")) else { return Ok(()) };
    let key = key(name);
    if let Some(known) = api.state().get(&key) {
        *name = known;
        return Ok(());
    }
    let roles = match all(api) {
        Ok(roles) => roles,
        // The token may write users and not read roles: then only the response shows whether the role was accepted.
        Err(fault) if fault.status == 403 => return Ok(()),
        Err(fault) => return Err(fault),
    };
    let exact = roles.iter().find(|role| *role == name.trim());
    match exact.or_else(|| roles.iter().find(|role| is_same(role, name))) {
        Some(found) => {
            api.state().set(&key, found);
            found.clone_into(name);
            Ok(())
        }
        None => Err(unknown_among(name, &roles)),
    }
}

/// Deletes what is remembered about the role of a user, because it may be out of date.
pub(crate) fn forget(api: Api<'_>, user: &Object) {
    if let Some(name) = people::role(user) {
        api.state().delete(&key(name));
    }
}

/// The fault for a role that Samanage does not have, which lists those it has; `None` if it has the role.
pub(crate) fn unknown(api: Api<'_>, role: &str) -> Result<Option<Fault>, Fault> {
    let roles = all(api)?;
    Ok((!roles.iter().any(|name| is_same(name, role))).then(|| unknown_among(role, &roles)))
}

fn all(api: Api<'_>) -> Result<Vec<String>, Fault> {
    let list = List { path: "/roles.json", singular: "role", filters: &[] };
    list.collect(api, |row| record::text(&row, "name").map(|name| name.trim().to_owned()))
}

fn unknown_among(role: &str, roles: &[String]) -> Fault {
    let known = roles.join(", ");
    Fault::invalid_value(format!("roles: Samanage has no role \"{role}\"; its roles are: {known}"))
}

fn key(role: &str) -> String {
    format!("role:{}", role.trim().to_lowercase())
}

/// The name in an element: `displayName`, else `display`, else `value`, each of which may be JSON in a string.
fn name_in(element: &Value, depth: usize) -> Option<String> {
    let deeper = depth.checked_sub(1)?;
    match element {
        Value::Object(object) => {
            ["displayName", "display", "value"].iter().find_map(|member| name_in(object.get(*member)?, deeper))
        }
        Value::String(text) => match text.trim() {
            "" => None,
            json if json.starts_with(['{', '"']) => name_in(&json.parse().ok()?, deeper),
            name => Some(name.to_owned()),
        },
        _ => None,
    }
}

fn is_primary(element: &Value) -> bool {
    match element.get("primary") {
        Some(Value::Bool(primary)) => *primary,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Samanage's name of a role: `role-aliases` is `theirs = ours; …`.
fn aliased(settings: Settings<'_>, role: &str) -> String {
    let aliases = settings.text("role-aliases").unwrap_or_default();
    let pairs = aliases.split(';').filter_map(|pair| pair.split_once('='));
    let ours = pairs.map(|(theirs, ours)| (theirs.trim(), ours.trim())).find(|(theirs, _)| is_same(theirs, role));
    ours.map_or(role, |(_, ours)| ours).to_owned()
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The JSON in a text, or else the text itself, because a default may be anything.
fn json_or_text(text: &str) -> Value {
    text.parse().unwrap_or_else(|_| Value::String(text.to_owned()))
}
