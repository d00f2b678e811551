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
use scim_connector_sdk::testing::{Declared, FakeApp, Reply, assert_descriptor, change, object, query};
use scim_connector_sdk::{Change, Connector, Fault, ItemChange, Object, Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
const SPOKE: &str = "urn:ietf:params:scim:schemas:extension:SpokeCustom:2.0:User";
const LOCALITY: &str = "addresses[type eq \"work\"].locality";
const COUNTRY: &str = "addresses[type eq \"work\"].country";
const EMAIL: &str = "emails[type eq \"work\"].value";

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
