//! The peculiarities of askSpoke, A-1 to A-10, each against a fake askSpoke that shows it. `README.md` lists them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod credential;
mod declared;
mod elements;
mod groups;
mod managers;
mod start_dates;
mod users;

use askspoke_connector::AskSpoke;
use scim_connector_sdk::testing::{FakeApp, Reply, change};
use scim_connector_sdk::{Change, Comparison, Connector, Fault, ItemChange, Object, PageRequest, Query, Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
const SPOKE: &str = "urn:ietf:params:scim:schemas:extension:SpokeCustom:2.0:User";
const LOCALITY: &str = "addresses[type eq \"work\"].locality";
const COUNTRY: &str = "addresses[type eq \"work\"].country";
const EMAIL: &str = "emails[type eq \"work\"].value";

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A user as askSpoke shows her.
fn ann() -> Value {
    json!({
        "schemas": [CORE], "id": "602b", "userName": "ann@acme.example", "active": true,
        "name": {"givenName": "Ann", "familyName": "Bell", "formatted": "Ann Bell"},
        "emails": [{"type": "work", "primary": true, "value": "ann.bell@acme.example"}]
    })
}

/// Ann with some fields otherwise.
fn ann_with(fields: Value) -> Value {
    let mut ann = object(ann());
    ann.extend(object(fields));
    ann.into()
}

/// What an update with these fields sends, when askSpoke takes it.
fn operations(fields: Value) -> Value {
    let fake = FakeApp::new().reply("PATCH", "/Users/602b", Reply::json(200, ann()));
    AskSpoke::update(fake.app(), "User", "602b", &change(fields)).unwrap();
    assert_eq!(fake.calls().len(), 1);
    fake.bodies()[0]["Operations"].clone()
}

fn error(status: u16, scim_type: &str, detail: &str) -> Reply {
    Reply::json(status, json!({"status": status.to_string(), "scimType": scim_type, "detail": detail}))
}

fn query(field: &str, value: &str, omit: &[&str]) -> Query {
    let comparison = Comparison { field: field.to_owned(), operator: "eq".to_owned(), value: json!(value) };
    let page = PageRequest { offset: 0, limit: 100, cursor: None };
    Query { comparisons: vec![comparison], page, omit: omit.iter().map(|field| (*field).to_owned()).collect() }
}

fn is(fault: &Fault, status: u16, scim_type: Option<&str>) -> bool {
    fault.status == status && fault.scim_type.as_deref() == scim_type
}
