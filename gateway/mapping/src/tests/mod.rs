//! Realistic mappings, applied to what Entra and Okta really send.

mod changes;
mod cost;
mod derived;
mod documents;
mod expressions;
mod growth;
mod known;
mod resources;
mod searches;

use super::{ConnectorFacts, Mapping, TransformFault, Transforms};
use scim_protocol::patch::{self, Leniency, PatchRequest};
use scim_protocol::{Edits, Extension, Object, ResourceType};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub(super) const SAMANAGE: &str = include_str!("samanage.json");
pub(super) const ASKSPOKE: &str = include_str!("askspoke.json");
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SPOKE: &str = "urn:ietf:params:scim:schemas:extension:SpokeCustom:2.0:User";

pub(super) fn types() -> Vec<ResourceType> {
    let custom = json!({"id": SPOKE, "name": "Spoke", "attributes": [{"name": "startDate", "type": "string"}]});
    let custom = Extension { schema: serde_json::from_value(custom).unwrap(), required: false };
    vec![ResourceType::user(vec![Extension::enterprise_user(), custom]), ResourceType::group()]
}

pub(super) fn user() -> ResourceType {
    types().remove(0)
}

pub(super) fn facts() -> ConnectorFacts {
    ConnectorFacts {
        transforms: vec!["role".to_owned()],
        incremental: BTreeMap::from([("Group".to_owned(), vec!["members".to_owned()])]),
    }
}

pub(super) fn mapping(text: &str) -> Mapping {
    Mapping::parse(text, "mapping.json", &types(), &facts()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A mapping of users with these rules.
pub(super) fn users(rules: &Value) -> Mapping {
    mapping(&json!({"resource-types": {"User": rules}}).to_string())
}

pub(super) fn object(value: &Value) -> Object {
    value.as_object().unwrap().clone()
}

/// The edits of a PATCH of this resource type with these operations.
pub(super) fn edits(resource_type: usize, operations: &Value) -> Edits {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let operations = PatchRequest::parse(body).unwrap();
    let leniency = Leniency { create_missing_element: true };
    patch::edits(&types()[resource_type], &operations, leniency).unwrap()
}

/// Nothing here waits, so one poll is enough.
pub(super) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a test transform waits"),
    }
}

/// A role transform like that of the Samanage connector: any shape to a name, a name to an element.
pub(super) struct Roles;

impl Transforms for Roles {
    async fn to_app(&mut self, name: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        assert_eq!(name, "role");
        role_name(value).map_err(|detail| TransformFault {
            status: 400,
            scim_type: Some("invalidValue".to_owned()),
            detail: detail.to_owned(),
            retry_after_seconds: None,
            class: "transform",
            exhausted: false,
        })
    }

    async fn to_scim(&mut self, name: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        assert_eq!(name, "role");
        Ok(Some(json!({"value": value, "display": value, "primary": true})))
    }
}

fn role_name(value: &Value) -> Result<Option<Value>, &'static str> {
    match value {
        Value::Array(elements) => match elements.as_slice() {
            [] => Ok(None),
            [one] => role_name(one),
            _ => Err("more than one role"),
        },
        Value::Object(members) => match members.get("displayName").or(members.get("value")) {
            Some(name) => role_name(name),
            None => Err("a role has a displayName"),
        },
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ Value::Object(_)) => role_name(&inner),
            _ => Ok(Some(Value::String(text.clone()))),
        },
        _ => Err("a role is a name"),
    }
}
