//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4): the truth about this instance.

use super::answer::{Answer, Failure};
use super::instance::{Instance, Kind};
use super::request::Operation;
use super::search::MAX_COUNT;
use scim_protocol::list::ListResponse;
use scim_protocol::schema::Schema;
use scim_protocol::{Error, Object, urn};
use serde_json::{Value, json};

/// Answers a discovery request; needs neither the app nor the connector.
pub(super) fn answer(instance: &Instance, operation: &Operation, base: &str) -> Result<Answer, Failure> {
    let body = match operation {
        Operation::ResourceTypes(None) => list(instance.kinds().iter().map(|kind| resource_type(kind, base)).collect()),
        Operation::ResourceTypes(Some(name)) => instance
            .kinds()
            .iter()
            .find(|kind| kind.scim.name == *name)
            .map(|kind| resource_type(kind, base))
            .ok_or_else(|| Error::not_found(format!("there is no resource type {name}")))?,
        Operation::Schemas(None) => list(schemas(instance).into_iter().map(|schema| describe(schema, base)).collect()),
        Operation::Schemas(Some(id)) => schemas(instance)
            .into_iter()
            .find(|schema| schema.id.eq_ignore_ascii_case(id))
            .map(|schema| describe(schema, base))
            .ok_or_else(|| Error::not_found(format!("there is no schema {id}")))?,
        _ => service_provider_config(base),
    };
    Ok(Answer::ok(Value::Object(body)))
}

fn service_provider_config(base: &str) -> Object {
    into_object(json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": false },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A long-lived token made with `scim-gateway token new`",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") }
    }))
}

fn resource_type(kind: &Kind, base: &str) -> Object {
    let scim = &kind.scim;
    let extensions: Vec<Value> = scim
        .extensions
        .iter()
        .map(|extension| json!({ "schema": extension.schema.id, "required": extension.required }))
        .collect();
    into_object(json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": scim.name,
        "name": scim.name,
        "endpoint": scim.endpoint,
        "description": scim.description,
        "schema": scim.schema.id,
        "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", scim.name) }
    }))
}

fn describe(schema: &Schema, base: &str) -> Object {
    let mut body = into_object(serde_json::to_value(schema).unwrap_or_default());
    body.insert("schemas".to_owned(), json!([urn::SCHEMA]));
    let location = format!("{base}/Schemas/{}", schema.id);
    body.insert("meta".to_owned(), json!({ "resourceType": "Schema", "location": location }));
    body
}

/// Every schema once, in the order of the resource types.
fn schemas(instance: &Instance) -> Vec<&Schema> {
    let mut found: Vec<&Schema> = Vec::new();
    for kind in instance.kinds() {
        let extensions = kind.scim.extensions.iter().map(|extension| &extension.schema);
        for schema in std::iter::once(&kind.scim.schema).chain(extensions) {
            if !found.iter().any(|known| known.id == schema.id) {
                found.push(schema);
            }
        }
    }
    found
}

fn list(resources: Vec<Object>) -> Object {
    let total = resources.len() as u64;
    into_object(serde_json::to_value(ListResponse::page(total, 1, resources)).unwrap_or_default())
}

fn into_object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
