//! Display names. askSpoke's users have none, only `name.formatted`. For the mapping `displayName` is an ordinary field;
//! here it is converted to `name.formatted` and back. A client may write either one; the last change counts, and if both
//! change, `name.formatted` does.

use scim_connector_sdk::{Change, Object, Value, json};

const DISPLAY_NAME: &str = "displayName";
const FORMATTED: &str = "name.formatted";

/// Sets a new user's formatted name: their own, or else the display name, or else given and family name.
pub(crate) fn into_name(user: &mut Object) {
    let display_name = user.remove(DISPLAY_NAME);
    let part = |name: &str| user.get("name").and_then(|parts| parts.get(name)).and_then(Value::as_str).map(str::trim);
    if part("formatted").is_some_and(|name| !name.is_empty()) {
        return;
    }
    let display_name = display_name.as_ref().and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    let parts: Vec<&str> = [part("givenName"), part("familyName")].into_iter().flatten().collect();
    let name = display_name.map_or_else(|| parts.join(" "), str::to_owned);
    if name.trim().is_empty() {
        return;
    }
    let parts = user.entry("name").or_insert_with(|| json!({}));
    if let Some(parts) = parts.as_object_mut() {
        parts.insert("formatted".to_owned(), Value::String(name));
    }
}

/// Converts a change of the display name to one of the formatted name, unless the change sets that, too. Clearing only one of
/// them is ignored: the other one still exists, and a client that writes whole users may know only one.
pub(crate) fn into_change(change: &mut Change) {
    let is_set = |path: &str| change.field(path).is_some_and(|field| field.value.is_some());
    let is_cleared = |path: &str| change.field(path).is_some_and(|field| field.value.is_none());
    let formatted_is_set = is_set(FORMATTED);
    let both_are_cleared = is_cleared(FORMATTED) && is_cleared(DISPLAY_NAME);
    change.fields.retain(|field| match field.path.as_str() {
        DISPLAY_NAME => field.value.is_some() && !formatted_is_set,
        FORMATTED => field.value.is_some() || both_are_cleared,
        _ => true,
    });
    for field in change.fields.iter_mut().filter(|field| field.path.as_str() == DISPLAY_NAME) {
        if let Ok(formatted) = FORMATTED.parse() {
            field.path = formatted;
        }
    }
}

/// Sets the display name of a user returned by askSpoke.
pub(crate) fn show(user: &mut Object) {
    let formatted = user.get("name").and_then(|name| name.get("formatted")).filter(|name| !name.is_null());
    if let Some(formatted) = formatted.cloned() {
        user.insert(DISPLAY_NAME.to_owned(), formatted);
    }
}
