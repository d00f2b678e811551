//! Shorthands for the arguments of operations.

use crate::{Change, Comparison, FieldChange, FieldPath, ItemChange, Object, PageRequest, Query, Value, json};

/// The object in a `json!`.
#[must_use]
pub fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is not an object"),
    }
}

/// A search for a text in one field: the first hundred resources, without the fields in `omit`.
#[must_use]
pub fn query(field: &str, value: &str, omit: &[&str]) -> Query {
    let comparison = Comparison { field: field.to_owned(), operator: "eq".to_owned(), value: value.into() };
    let page = PageRequest { offset: 0, limit: 100, cursor: None };
    Query { comparisons: vec![comparison], page, omit: omit.iter().map(|field| (*field).to_owned()).collect() }
}

/// A change of a group's members, given by their ids.
#[must_use]
pub fn members(added: &[&str], removed: &[&str]) -> Change {
    let items = |ids: &[&str]| ids.iter().map(|id| json!({"value": id})).collect();
    let path: FieldPath = "members".parse().unwrap_or_else(|error| panic!("{error}"));
    Change { fields: Vec::new(), items: vec![ItemChange { path, added: items(added), removed: items(removed) }] }
}

/// A change of fields: an object of field paths and values, where null clears a field.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "reads best with `json!` in the call")]
pub fn change(fields: Value) -> Change {
    let field = |(path, value): (String, Value)| match path.parse() {
        Ok(path) => FieldChange { path, value: Some(value).filter(|value| !value.is_null()) },
        Err(error) => panic!("{error}"),
    };
    Change { fields: object(fields).into_iter().map(field).collect(), items: Vec::new() }
}
