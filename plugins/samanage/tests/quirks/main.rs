//! The peculiarities of Samanage, S-1 to S-20 of `README.md`, each tested with a fake Samanage that has it.
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
use scim_connector_sdk::testing::{Declared, FakeApp, Reply, assert_descriptor, change, members, object, query};
use scim_connector_sdk::{Change, Connector, Fault, FieldChange, Object, PageRequest, Query, Value, json};

/// A Samanage whose role `Requester` the connector knows from an earlier operation.
fn samanage() -> FakeApp {
    FakeApp::new().remembering("role:requester", "Requester")
}

/// A user as Samanage shows it.
fn jane() -> Value {
    json!({
        "id": 5, "name": "Jane Doe", "email": "jane@acme.example", "disabled": false, "title": "Lead",
        "role": {"id": 9, "name": "Requester"}, "department": null, "site": null, "reports_to": null,
        "group_ids": [501, 70], "salt": "s3cret"
    })
}

/// Jane with other values in some fields.
fn jane_with(fields: Value) -> Value {
    let mut jane = object(jane());
    jane.extend(object(fields));
    jane.into()
}

/// The mapping's document for a client's POST of Jane, with further fields.
fn wanted(fields: Value) -> Object {
    let mut user = object(json!({"name": "Jane Doe", "email": "jane@acme.example", "role": {"name": "Requester"}}));
    user.extend(object(fields));
    user
}

fn all(offset: u64, limit: u32) -> Query {
    Query { comparisons: Vec::new(), page: PageRequest { offset, limit, cursor: None }, omit: Vec::new() }
}
