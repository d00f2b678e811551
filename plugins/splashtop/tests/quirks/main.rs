//! The peculiarities of Splashtop, P-1 to P-12, each against a fake Splashtop that shows it. `README.md` lists them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod declared;
mod groups;
mod refusals;
mod sso_name;
mod users;

use scim_connector_sdk::testing::{Declared, FakeApp, Reply, assert_descriptor, change, members, object, query};
use scim_connector_sdk::{Change, Connector, Fault, Object, Value, json};
use splashtop_connector::Splashtop;

const SPLASHTOP: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";
const SSO_NAME: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User:ssoName";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

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
