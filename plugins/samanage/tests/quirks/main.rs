//! The peculiarities of Samanage, S-1 to S-20, each against a fake Samanage that shows it. `README.md` lists them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod declared;
mod deleting;
mod groups;
mod memberships;
mod pages;
mod references;
mod roles;
mod sending;
mod users;

use samanage_connector::Samanage;
use scim_connector_sdk::testing::{FakeApp, Reply, change};
use scim_connector_sdk::{
    Change, Comparison, Connector, Fault, FieldChange, ItemChange, Object, PageRequest, Query, Value, json,
};

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A user as Samanage shows it.
fn jane() -> Value {
    json!({
        "id": 5, "name": "Jane Doe", "email": "jane@acme.example", "disabled": false, "title": "Lead",
        "role": {"id": 9, "name": "Requester"}, "department": null, "site": null, "reports_to": null,
        "group_ids": [501, 70], "salt": "s3cret"
    })
}

/// Jane with some fields otherwise.
fn jane_with(fields: Value) -> Value {
    let mut jane = object(jane());
    jane.extend(object(fields));
    jane.into()
}

/// What the mapping makes of a client's POST of Jane, and some more fields.
fn wanted(fields: Value) -> Object {
    let mut user = object(json!({"name": "Jane Doe", "email": "jane@acme.example", "role": {"name": "Requester"}}));
    user.extend(object(fields));
    user
}

fn query(field: &str, value: &str) -> Query {
    let comparison = Comparison { field: field.to_owned(), operator: "eq".to_owned(), value: json!(value) };
    Query { comparisons: vec![comparison], ..all(0, 100) }
}

fn all(offset: u64, limit: u32) -> Query {
    Query { comparisons: Vec::new(), page: PageRequest { offset, limit, cursor: None }, omit: Vec::new() }
}

/// A change of a group's members.
fn members(added: &[&str], removed: &[&str]) -> Change {
    let item = |id: &&str| json!({"value": id});
    let (added, removed) = (added.iter().map(item).collect(), removed.iter().map(item).collect());
    Change { fields: Vec::new(), items: vec![ItemChange { path: "members".parse().unwrap(), added, removed }] }
}

fn is(fault: &Fault, status: u16, scim_type: Option<&str>) -> bool {
    fault.status == status && fault.scim_type.as_deref() == scim_type
}
