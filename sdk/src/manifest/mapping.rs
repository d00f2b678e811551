//! The default mapping: checked as the gateway checks it, with the same texts and with positions in the author's file.

use super::connector::Connector;
use super::mistake::{Mistake, Source};
use scim_mapping::{ConnectorFacts, Mapping, MappingError, MappingErrors};
use scim_protocol::ResourceType;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The members of a resource type that are SCIM's; the others say what the app can do.
const SCIM: [&str; 5] = ["name", "endpoint", "description", "schema", "extensions"];

/// Checks the mapping against the descriptor's resource types, and the fields that `connector.toml` names against the mapping.
/// Returns the mapping's JSON without `$schema`.
pub(super) fn parse(
    source: &Source,
    descriptor: &Value,
    manifest: &Connector,
    of_manifest: &Source,
) -> Result<Value, Mistake> {
    let types = types(descriptor).map_err(|what| of_manifest.at(0, what))?;
    let incremental: BTreeMap<String, Vec<String>> = manifest
        .resource_types
        .iter()
        .map(|offered| {
            let fields = offered.incremental.iter().map(|field| field.get_ref().clone());
            (offered.name.get_ref().clone(), fields.collect())
        })
        .collect();
    let facts = ConnectorFacts { transforms: manifest.transforms.clone(), incremental };
    let name = source.path.display().to_string();
    let mapping = Mapping::parse(&source.text, &name, &types, &facts).map_err(|errors| mistake(source, &errors))?;
    for offered in &manifest.resource_types {
        let named = offered.filters.keys().map(|field| ("filters", field));
        for (key, field) in named.chain(offered.incremental.iter().map(|field| ("incremental", field))) {
            if let Some(what) = mapping.unknown_field(offered.name.get_ref(), field.get_ref()) {
                return Err(of_manifest.at(field.span().start, format!("`{key}`: {what}")));
            }
        }
    }
    let mut json: Value = serde_json::from_str(&source.text).map_err(|error| source.json(&error))?;
    if let Value::Object(json) = &mut json {
        json.remove("$schema");
    }
    Ok(json)
}

/// The SCIM resource types of the descriptor.
fn types(descriptor: &Value) -> Result<Vec<ResourceType>, String> {
    let offered = descriptor.get("resource-types").and_then(Value::as_array).into_iter().flatten();
    let scim = offered.filter_map(Value::as_object).map(|offered| {
        let scim = offered.iter().filter(|(key, _)| SCIM.contains(&key.as_str()));
        let scim: Map<String, Value> = scim.map(|(key, value)| (key.clone(), value.clone())).collect();
        serde_json::from_value(Value::Object(scim)).map_err(|error| error.to_string())
    });
    scim.collect()
}

/// The first error with its position; the others follow in the message.
fn mistake(source: &Source, errors: &MappingErrors) -> Mistake {
    let text = |error: &MappingError| {
        let rule = error.rule.as_ref().map(|rule| format!("{rule}: ")).unwrap_or_default();
        format!("{rule}{}", error.problem)
    };
    let first = errors.0.first();
    let place = first.map(|error| (error.position.line, error.position.column));
    let more = errors.0.iter().skip(1).map(|error| format!("\n{error}"));
    let message = first.map(text).into_iter().chain(more).collect();
    Mistake { file: source.path.clone(), place, message }
}
