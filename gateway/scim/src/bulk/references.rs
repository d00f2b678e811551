//! `bulkId:qwerty` in place of an id: as a whole string in the data, in a PATCH path's filter, and in the operation's path
//! (RFC 7644 §3.7.2).

use super::operation::BulkCall;
use crate::object::{Object, take};
use serde_json::{Value, json};
use std::collections::HashSet;

const PREFIX: &str = "bulkId:";

/// The `bulkId`s that an operation refers to, each once.
pub fn of(call: &BulkCall) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |name: &str| {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    };
    call.path.split('/').filter_map(|segment| segment.strip_prefix(PREFIX)).for_each(&mut note);
    visit(&call.data, &mut note);
    found
}

/// Whether a path refers to a resource by its `bulkId`.
pub fn in_path(path: &str) -> bool {
    path.split('/').any(|segment| segment.starts_with(PREFIX))
}

/// The path with known `bulkId`s replaced by ids.
pub fn resolved_path(path: &str, id: &dyn Fn(&str) -> Option<String>) -> String {
    let resolved = |segment: &str| segment.strip_prefix(PREFIX).and_then(id).unwrap_or_else(|| segment.to_owned());
    path.split('/').map(resolved).collect::<Vec<_>>().join("/")
}

/// Replaces known `bulkId`s in the data by ids.
pub fn resolve(data: &mut Value, id: &dyn Fn(&str) -> Option<String>) {
    match data {
        Value::String(text) => {
            if let Some(found) = text.strip_prefix(PREFIX).and_then(id) {
                *text = found;
            } else if text.contains(QUOTED) {
                *text = resolved_filter(text, id);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, id)),
        Value::Object(object) => object.values_mut().for_each(|value| resolve(value, id)),
        _ => {}
    }
}

/// Removes references to `pending` `bulkId`s from a resource to be created, and returns the PATCH operations that add them
/// later: single elements of an array, otherwise the whole attribute.
pub fn split(data: &mut Value, pending: &HashSet<String>) -> Vec<Value> {
    let mut later = Vec::new();
    let Value::Object(resource) = data else { return later };
    split_object(resource, "", pending, &mut later);
    later
}

fn split_object(object: &mut Object, prefix: &str, pending: &HashSet<String>, later: &mut Vec<Value>) {
    let names: Vec<String> = object.keys().cloned().collect();
    for name in names {
        let Some(value) = object.get_mut(&name) else { continue };
        if !names_any(value, pending) {
            continue;
        }
        let path = format!("{prefix}{name}");
        match value {
            Value::Array(items) => {
                let (out, rest) = std::mem::take(items).into_iter().partition(|item| names_any(item, pending));
                *items = rest;
                let out: Vec<Value> = out;
                later.push(json!({ "op": "add", "path": path, "value": out }));
            }
            Value::Object(extension) if prefix.is_empty() && name.contains(':') => {
                split_object(extension, &format!("{name}:"), pending, later);
            }
            _ => {
                let value = take(object, &name).unwrap_or_default();
                later.push(json!({ "op": "add", "path": path, "value": value }));
            }
        }
    }
}

/// A `bulkId` within a filter, `[value eq "bulkId:qwerty"]`.
const QUOTED: &str = "\"bulkId:";

fn resolved_filter(text: &str, id: &dyn Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split(QUOTED);
    let mut resolved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('"').and_then(|(name, rest)| Some((id(name)?, rest))) {
            Some((found, rest)) => {
                resolved.push_str(&Value::String(found).to_string());
                resolved.push_str(rest);
            }
            None => {
                resolved.push_str(QUOTED);
                resolved.push_str(part);
            }
        }
    }
    resolved
}

fn names_any(value: &Value, pending: &HashSet<String>) -> bool {
    let mut any = false;
    visit(value, &mut |name| any |= pending.contains(name));
    any
}

fn visit(value: &Value, note: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => match text.strip_prefix(PREFIX) {
            Some(name) => note(name),
            None => text.split(QUOTED).skip(1).filter_map(|part| Some(part.split_once('"')?.0)).for_each(note),
        },
        Value::Array(items) => items.iter().for_each(|item| visit(item, note)),
        Value::Object(object) => object.values().for_each(|value| visit(value, note)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Option<String> {
        (name == "a").then(|| "4\"2".to_owned())
    }

    #[test]
    fn bulk_ids_become_ids_wherever_an_id_may_be() {
        for (data, expected) in [
            (json!({ "members": [{ "value": "bulkId:a" }] }), json!({ "members": [{ "value": "4\"2" }] })),
            (json!("bulkId:unknown"), json!("bulkId:unknown")),
            (json!("x bulkId:a"), json!("x bulkId:a")),
            (
                json!({ "path": "members[value eq \"bulkId:a\" or value eq \"bulkId:b\"]" }),
                json!({ "path": "members[value eq \"4\\\"2\" or value eq \"bulkId:b\"]" }),
            ),
            (json!("\"bulkId:a"), json!("\"bulkId:a")),
        ] {
            let mut resolved = data.clone();
            resolve(&mut resolved, &id);
            assert_eq!(resolved, expected, "{data}");
        }
        assert_eq!(resolved_path("/Users/bulkId:a", &|_| Some("42".to_owned())), "/Users/42");
        assert_eq!(resolved_path("/Users/bulkId:b", &id), "/Users/bulkId:b");
    }

    #[test]
    fn a_circle_is_broken_by_creating_first_and_adding_later() {
        let urn = crate::urn::ENTERPRISE_USER;
        let mut data = json!({
            "userName": "a",
            "members": [{ "value": "1" }, { "value": "bulkId:b" }],
            urn: { "manager": { "value": "bulkId:b" }, "department": "d" },
        });
        let later = split(&mut data, &HashSet::from(["b".to_owned()]));
        assert_eq!(data, json!({ "userName": "a", "members": [{ "value": "1" }], urn: { "department": "d" } }));
        assert_eq!(
            later,
            [
                json!({ "op": "add", "path": "members", "value": [{ "value": "bulkId:b" }] }),
                json!({ "op": "add", "path": format!("{urn}:manager"), "value": { "value": "bulkId:b" } }),
            ]
        );
    }
}
