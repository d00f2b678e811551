//! Bodies of SCIM requests.

use serde_json::{Value, json};

/// The enterprise extension of RFC 7643 §4.3.
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Splashtop's extension, which holds the name of the SSO method.
pub const SPLASHTOP_USER: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";

/// A user with core attributes only.
pub fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "emails": [{ "type": "work", "value": name }],
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
    })
}

/// A user as Okta creates it: active, with an external id, and with the SSO name that Splashtop requires.
pub fn okta_user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", SPLASHTOP_USER],
        "userName": name,
        "externalId": format!("e-{name}"),
        "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
        SPLASHTOP_USER: { "ssoName": "Okta SSO" },
    })
}

/// A group whose members are users with these ids.
pub fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name,
        "members": members,
    })
}

/// The body of a PATCH request; `operations` is an array.
pub fn patch(operations: Value) -> Value {
    let mut message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] });
    message["Operations"] = operations;
    message
}
