//! The peculiarities of Splashtop, P-1 to P-12, each against a fake Splashtop that shows it. `README.md` lists them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod declared;
mod groups;
mod refusals;
mod sso_name;
mod users;

use scim_connector_sdk::testing::{FakeApp, Reply, change};
use scim_connector_sdk::{Change, Comparison, Connector, Fault, ItemChange, Object, PageRequest, Query, Value, json};
use splashtop_connector::Splashtop;

const SPLASHTOP: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";
const SSO_NAME: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User:ssoName";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A user as Splashtop shows it.
fn ada() -> Value {
    json!({
        "schemas": [CORE], "id": "100", "userName": "ada@acme.example", "active": true, "displayName": "Ada L",
        "externalId": "ada", "name": {"givenName": "Ada", "familyName": "L"}, SPLASHTOP: {"ssoName": "Acme SSO"}
    })
}

/// What the mapping makes of a client's POST of Ada.
fn wanted(sso_name: Option<&str>) -> Object {
    let mut user = object(json!({"userName": "ada@acme.example", "active": true, "displayName": "Ada L"}));
    if let Some(name) = sso_name {
        user.insert(SPLASHTOP.to_owned(), json!({"ssoName": name}));
    }
    user
}

fn error(status: u16, scim_type: Option<&str>, detail: &str) -> Reply {
    Reply::json(status, json!({"status": status.to_string(), "scimType": scim_type, "detail": detail}))
}

fn query(field: &str, value: &str, omit: &[&str]) -> Query {
    let comparison = Comparison { field: field.to_owned(), operator: "eq".to_owned(), value: json!(value) };
    let page = PageRequest { offset: 0, limit: 100, cursor: None };
    Query { comparisons: vec![comparison], page, omit: omit.iter().map(|field| (*field).to_owned()).collect() }
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
