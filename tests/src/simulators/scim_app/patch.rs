//! PATCH requests (RFC 7644 §3.5.2), exactly as the RFC writes them: lower-case operations, types that fit.

use super::attributes::{Attribute, Values, Written, get, written};
use super::error::{invalid_path, invalid_syntax, invalid_value, refusal};
use crate::simulators::control::{Answer, Call};
use serde_json::{Map, Value, json};

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Remove,
    Replace,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) op: Op,
    pub(super) path: Option<String>,
    pub(super) value: Option<Value>,
}

/// The body as a JSON object whose `schemas` name the given URN.
pub(super) fn document(call: &Call, urn: &str) -> Result<Map<String, Value>, Answer> {
    let media = call.header("content-type").and_then(|kind| kind.split(';').next()).map(str::trim);
    if !matches!(media, Some("application/scim+json" | "application/json")) {
        return Err(refusal(415, None, "the body must be application/scim+json"));
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(&call.body) else {
        return Err(invalid_syntax("the body must be a JSON object"));
    };
    let schemas = get(&body, "schemas").and_then(Value::as_array);
    if schemas.is_some_and(|schemas| schemas.contains(&json!(urn))) {
        Ok(body)
    } else {
        Err(invalid_syntax(&format!("`schemas` must contain {urn}")))
    }
}

/// The operations of a PATCH request, in order.
pub(super) fn operations(call: &Call) -> Result<Vec<Operation>, Answer> {
    let body = document(call, PATCH_OP)?;
    let operations = get(&body, "Operations").and_then(Value::as_array).filter(|operations| !operations.is_empty());
    operations.ok_or_else(|| invalid_syntax("there are no `Operations`"))?.iter().map(operation).collect()
}

fn operation(operation: &Value) -> Result<Operation, Answer> {
    let op = match operation.get("op").and_then(Value::as_str) {
        Some("add") => Op::Add,
        Some("remove") => Op::Remove,
        Some("replace") => Op::Replace,
        _ => return Err(invalid_syntax("`op` must be add, remove or replace")),
    };
    let path = match operation.get("path") {
        None => None,
        Some(Value::String(path)) => Some(path.clone()),
        Some(_) => return Err(invalid_syntax("`path` must be a string")),
    };
    let value = operation.get("value").cloned();
    match (op, &path, &value) {
        (Op::Remove, None, _) => Err(refusal(400, Some("noTarget"), "`remove` needs a `path`")),
        (Op::Add | Op::Replace, _, None) => Err(invalid_value("`value` is missing")),
        _ => Ok(Operation { op, path, value }),
    }
}

/// Applies an operation on attributes; operations on members are someone else's.
pub(super) fn apply(attributes: &[Attribute], values: &mut Values, operation: &Operation) -> Result<(), Answer> {
    let nothing = Value::Null;
    let value = operation.value.as_ref().filter(|_| operation.op != Op::Remove).unwrap_or(&nothing);
    let Some(path) = &operation.path else { return whole(attributes, values, value) };
    let same = |text: String| text.eq_ignore_ascii_case(path);
    // `manager.value` is the manager.
    let one = attributes.iter().find(|each| same(each.0.to_string()) || same(format!("{}.value", each.0)));
    if let Some(attribute) = one {
        put(values, Written::from([(attribute.0, attribute.typed(value)?)]));
        return Ok(());
    }
    let name = path.strip_suffix("[type eq \"work\"]").unwrap_or(path);
    let held: Vec<Attribute> =
        attributes.iter().filter(|each| each.0.container().eq_ignore_ascii_case(name)).copied().collect();
    if held.is_empty() {
        let is_read_only = ["id", "meta", "schemas", "groups"].contains(&path.as_str());
        let immutable = || refusal(400, Some("mutability"), &format!("`{path}` cannot be changed"));
        return Err(if is_read_only { immutable() } else { invalid_path(path) });
    }
    if operation.op != Op::Add {
        values.retain(|place, _| !held.iter().any(|each| each.0 == *place));
    }
    if operation.op != Op::Remove {
        let value = if name.len() == path.len() { value.clone() } else { json!([typed_work(value)]) };
        put(values, written(&held, &Map::from_iter([(name.to_owned(), value)]))?);
    }
    Ok(())
}

/// A value without a path is a part of the resource; dotted names and URN paths are no attributes there.
fn whole(attributes: &[Attribute], values: &mut Values, value: &Value) -> Result<(), Answer> {
    let Value::Object(document) = value else {
        return Err(invalid_syntax("without a `path` the value must be an object"));
    };
    for name in document.keys() {
        let is_known = attributes.iter().any(|each| each.0.container().eq_ignore_ascii_case(name));
        if !is_known && !["id", "meta", "schemas", "members"].contains(&name.as_str()) {
            return Err(invalid_path(name));
        }
    }
    put(values, written(attributes, document)?);
    Ok(())
}

pub(super) fn put(values: &mut Values, written: Written) {
    for (place, value) in written {
        match value {
            Some(value) => values.insert(place, value),
            None => values.remove(&place),
        };
    }
}

fn typed_work(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("type".to_owned(), json!("work"));
    }
    value
}
