//! `unknown-schemas` and `schemas-incomplete`.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Error, Object, ResourceType, urn};
use serde_json::Value;

/// The `schemas` of a resource must list those that its body uses, and only those of its type (RFC 7643 §3). Unknown ones are kept,
/// for protocol code to ignore and report.
pub(in crate::clients) fn resource(reading: &mut Reading<'_>, resource: &mut Object) -> Result<(), Error> {
    let resource_type = reading.resource_type;
    let used: Vec<String> = used(resource_type, resource);
    let schemas = match messages::get_mut(resource, "schemas") {
        Some(Value::Array(schemas)) => schemas,
        Some(Value::Null) | None => {
            let refusal = || Error::invalid_value(format!("'schemas' is required: {}", Value::from(used.clone())));
            reading.tolerate(Leniency::SchemasIncomplete, refusal)?;
            resource.insert("schemas".to_owned(), Value::from(used));
            return Ok(());
        }
        Some(_) => return Ok(()),
    };
    let is = |schema: &Value, urn: &str| schema.as_str().is_some_and(|schema| schema.eq_ignore_ascii_case(urn));
    let unknown = schemas.iter().find(|schema| !resource_type.urns().any(|urn| is(schema, urn)));
    if let Some(unknown) = unknown {
        let refusal = || {
            Error::invalid_value(format!("'schemas': the resource type {} does not have {unknown}", resource_type.name))
        };
        reading.tolerate(Leniency::UnknownSchemas, refusal)?;
    }
    for urn in used {
        if !schemas.iter().any(|schema| is(schema, &urn)) {
            let refusal = || Error::invalid_value(format!("'schemas' lacks \"{urn}\", which the body uses"));
            reading.tolerate(Leniency::SchemasIncomplete, refusal)?;
            schemas.push(Value::String(urn));
        }
    }
    Ok(())
}

/// The `schemas` of a PATCH message.
pub(in crate::clients) fn patch(reading: &mut Reading<'_>, message: &mut Object) -> Result<(), Error> {
    if matches!(messages::get_mut(message, "schemas"), None | Some(Value::Null)) {
        let refusal = || Error::invalid_syntax(format!("'schemas' of a PATCH request must be [\"{}\"]", urn::PATCH_OP));
        reading.tolerate(Leniency::SchemasIncomplete, refusal)?;
        message.insert("schemas".to_owned(), Value::from(vec![urn::PATCH_OP]));
    }
    Ok(())
}

/// The core schema, and the extensions whose attributes the body contains.
fn used(resource_type: &ResourceType, resource: &Object) -> Vec<String> {
    let extensions = resource.keys().filter_map(|key| resource_type.extension(key));
    let extensions = extensions.map(|extension| extension.schema.id.clone());
    std::iter::once(resource_type.schema.id.clone()).chain(extensions).collect()
}
