//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4): the truth about this instance.

use super::answer::Answer;
use super::instance::Instance;
use super::kind::{GROUPS, Kind};
use super::outcome::Outcome;
use super::refusal::Refusal;
use super::request::{Caller, Operation, RequestLimits};
use super::search::{DEFAULT_COUNT, LIFETIME_SECONDS, MAX_COUNT};
use crate::clients::Leniency;
use crate::connectors::PagingKind;
use crate::mapping::Way;
use scim_protocol::list::ListResponse;
use scim_protocol::schema::{Attribute, Mutability, Returned, Schema};
use scim_protocol::{Error, Object, urn};
use serde_json::{Value, json};

/// Answers a discovery request; needs neither the app nor the connector.
pub(super) fn answer(instance: &Instance, operation: &Operation, caller: &Caller) -> Outcome {
    let is_short = matches!(operation, Operation::ServiceProviderConfig) && caller.profile.allows(PAGINATION);
    let leniencies = is_short.then_some(PAGINATION).into_iter().collect();
    let found = body(instance, operation, caller, is_short).map(|body| Answer::found(Value::Object(body)));
    Outcome { leniencies, ..Outcome::untouched(found.map_err(Refusal::from)) }
}

/// The leniency by which a client is not told of RFC 9865.
const PAGINATION: Leniency = Leniency::WithoutPagination;

fn body(instance: &Instance, operation: &Operation, caller: &Caller, is_short: bool) -> Result<Object, Error> {
    let base = caller.base.as_str();
    Ok(match operation {
        Operation::ResourceTypes(None) => list(instance.kinds().iter().map(|kind| resource_type(kind, base)).collect()),
        Operation::ResourceTypes(Some(name)) => instance
            .kinds()
            .iter()
            .find(|kind| kind.scim.name == *name)
            .map(|kind| resource_type(kind, base))
            .ok_or_else(|| Error::not_found(format!("there is no resource type {name}")))?,
        Operation::Schemas(None) => list(schemas(instance).iter().map(|schema| describe(schema, base)).collect()),
        Operation::Schemas(Some(id)) => schemas(instance)
            .into_iter()
            .find(|schema| schema.id.eq_ignore_ascii_case(id))
            .map(|schema| describe(&schema, base))
            .ok_or_else(|| Error::not_found(format!("there is no schema {id}")))?,
        _ => {
            let mut config = service_provider_config(instance, caller.limits, base);
            if is_short {
                config.remove("pagination");
            }
            config
        }
    })
}

fn service_provider_config(instance: &Instance, limits: RequestLimits, base: &str) -> Object {
    let mut pagination = json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": DEFAULT_COUNT,
        "maxPageSize": MAX_COUNT,
    });
    // How long an app's own page tokens are good, only the app knows.
    let has_app_tokens = instance.kinds().iter().any(|kind| kind.abilities.paging.kind == PagingKind::Cursor);
    if let Some(pagination) = pagination.as_object_mut().filter(|_| !has_app_tokens) {
        pagination.insert("cursorTimeout".to_owned(), json!(LIFETIME_SECONDS));
    }
    into_object(json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": limits.bulk_operations,
            "maxPayloadSize": limits.body_bytes
        },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": pagination,
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

/// Every schema once, in the order of the resource types, with what this instance's mapping and app make of it.
fn schemas(instance: &Instance) -> Vec<Schema> {
    let mut found: Vec<Schema> = Vec::new();
    for kind in instance.kinds() {
        let extensions = kind.scim.extensions.iter().map(|extension| (Some(&extension.schema), &extension.schema));
        for (extension, schema) in std::iter::once((None, &kind.scim.schema)).chain(extensions) {
            if !found.iter().any(|known| known.id == schema.id) {
                found.push(described(kind, extension.map(|schema| schema.id.as_str()), schema));
            }
        }
    }
    found
}

/// The schema without what no rule of the mapping takes or gives, which would be ignored and never shown.
fn described(kind: &Kind, urn: Option<&str>, schema: &Schema) -> Schema {
    let mut described = schema.clone();
    described.attributes.retain_mut(|attribute| {
        if urn.is_none() && attribute.name == "active" && kind.removes() {
            // The gateway holds it where the app destroys who is inactive.
            return true;
        }
        if urn.is_none() && attribute.name == GROUPS && kind.has_groups {
            return true;
        }
        let way = kind.mapping.way(urn, &attribute.name, None);
        if attribute.is_complex() && way != Way::Nowhere {
            attribute.sub_attributes.retain_mut(|sub| {
                let way = kind.mapping.way(urn, &attribute.name, Some(&sub.name));
                let stays = way != Way::Nowhere || sub.required;
                characterise(sub, way);
                stays
            });
        }
        characterise(attribute, way);
        if urn.is_none() && kind.abilities.immutable.contains(&attribute.name) && way != Way::ToClient {
            attribute.mutability = Mutability::Immutable;
        }
        way != Way::Nowhere || attribute.required
    });
    described
}

fn characterise(attribute: &mut Attribute, way: Way) {
    match way {
        Way::ToClient => attribute.mutability = Mutability::ReadOnly,
        Way::ToApp if attribute.mutability != Mutability::ReadOnly => {
            attribute.mutability = Mutability::WriteOnly;
            attribute.returned = Returned::Never;
        }
        Way::OnCreate if attribute.mutability == Mutability::ReadWrite => attribute.mutability = Mutability::Immutable,
        _ => {}
    }
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
