//! A user and a group of the size that identity providers send.

use crate::fixture::{APP, ENTERPRISE, object};
use scim_protocol::Object;
use serde_json::json;

/// A user as Entra sends them and the gateway returns them.
pub(crate) fn alice() -> Object {
    object(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, APP],
        "id": "4711",
        "externalId": "alice",
        "userName": "alice@contoso.example",
        "active": true,
        "displayName": "Alice Adams",
        "name": {"formatted": "Alice Adams", "familyName": "Adams", "givenName": "Alice"},
        "title": "Engineer",
        "preferredLanguage": "en-US",
        "emails": [
            {"type": "other", "value": "alice@home.example"},
            {"type": "work", "value": "alice@contoso.example", "primary": true},
        ],
        "phoneNumbers": [{"type": "work", "value": "+1 555 0100"}, {"type": "mobile", "value": "+1 555 0101"}],
        "addresses": [{
            "type": "work", "streetAddress": "1 Main St", "locality": "Austin", "region": "TX", "postalCode": "78701",
            "country": "US", "primary": true,
        }],
        "roles": [{"type": "WindowsAzureActiveDirectoryRole", "value": "Administrator", "primary": true}],
        ENTERPRISE: {"employeeNumber": "701984", "department": "IT", "manager": {"value": "4242"}},
        APP: {"ssoName": "Entra SSO"},
        "meta": {"resourceType": "User", "created": "2026-01-23T04:56:22Z", "lastModified": "2026-05-13T04:42:34Z"},
    }))
}

/// A group with this many members.
pub(crate) fn group(members: u32) -> Object {
    let members: Vec<_> =
        (1..=members).map(|id| json!({"value": id.to_string(), "display": format!("User {id}")})).collect();
    object(json!({"id": "9", "displayName": "Engineering", "members": members}))
}
