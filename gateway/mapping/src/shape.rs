//! The shape of a mapping document: checks it against the published JSON Schema.

use super::error::Problem;
use super::locate::{Located, Position, child};
use super::nearest::hint;
use super::transform::shortened;
use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use scim_protocol::Object;
use serde_json::Value;
use std::sync::LazyLock;

/// The JSON Schema (draft 2020-12) of mapping documents, for editors.
pub const SCHEMA: &str = include_str!("../mapping.schema.json");

/// A violation of the schema, and the pointer of the value that contains it.
pub(super) struct ShapeError {
    pub(super) pointer: String,
    pub(super) position: Position,
    pub(super) problem: Problem,
}

// `None` cannot happen: the schema is a file of this crate, and a test compiles it.
static VALIDATOR: LazyLock<Option<(Validator, Value)>> = LazyLock::new(|| {
    let schema = serde_json::from_str(SCHEMA).ok()?;
    Some((jsonschema::draft202012::new(&schema).ok()?, schema))
});

/// The first violations of the schema.
pub(super) fn check_shape(document: &Value, located: &Located<'_>, most: usize) -> Vec<ShapeError> {
    let Some((validator, schema)) = VALIDATOR.as_ref() else { return Vec::new() };
    let mut errors = Vec::new();
    for error in validator.iter_errors(document).take(most) {
        let pointer = error.instance_path().as_str().to_owned();
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let is_rule = pointer.matches('/').count() == 3;
            let known = properties(schema, if is_rule { "/$defs/rule/properties" } else { "/properties" });
            for name in unexpected.iter().take(most.saturating_sub(errors.len())) {
                let hint = hint(name, known.iter().copied());
                let position = located.key(&child(&pointer, name));
                let problem = Problem::UnknownProperty { name: shortened(name), hint };
                errors.push(ShapeError { pointer: pointer.clone(), position, problem });
            }
            continue;
        }
        let position = located.value(&pointer);
        errors.push(ShapeError { problem: Problem::Shape(explain(&error)), pointer, position });
    }
    errors
}

fn properties<'s>(schema: &'s Value, pointer: &str) -> Vec<&'s str> {
    schema
        .pointer(pointer)
        .and_then(Value::as_object)
        .map(Object::keys)
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect()
}

fn explain(error: &jsonschema::ValidationError<'_>) -> String {
    let name = error.instance_path().as_str().rsplit('/').next().unwrap_or_default().to_owned();
    let subject = match name.parse::<usize>() {
        Ok(_) => "a rule".to_owned(),
        Err(_) if name.is_empty() => "the document".to_owned(),
        Err(_) => format!("`{name}`"),
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            format!(
                "{subject} must have {}",
                property.as_str().map_or_else(|| property.to_string(), |p| format!("`{p}`"))
            )
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<_> = options.as_array().into_iter().flatten().map(Value::to_string).collect();
            format!("{subject} must be {}", options.join(" or "))
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) } => format!("{subject} must be of type {kind}"),
        ValidationErrorKind::Minimum { limit } => format!("{subject} must be {limit} or more"),
        ValidationErrorKind::MinLength { .. } => format!("{subject} must not be empty"),
        ValidationErrorKind::Not { .. } => format!("{subject} must not be null; leave it out"),
        _ => format!("{subject}: {}", shortened(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_a_schema_and_describes_every_key() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        assert!(jsonschema::draft202012::meta::is_valid(&schema));
        assert!(VALIDATOR.is_some());
        for (name, property) in schema.pointer("/$defs/rule/properties").unwrap().as_object().unwrap() {
            assert!(property["description"].is_string() && property["title"].is_string(), "{name}");
        }
    }
}
