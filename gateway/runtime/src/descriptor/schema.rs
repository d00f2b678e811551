//! The schema of descriptors.

use serde_json::Value;
use std::sync::LazyLock;

/// The published schema, for tools.
pub const DESCRIPTOR_SCHEMA: &str = include_str!("../../../../wit/descriptor.schema.json");

/// The violations of the schema, at most ten of them.
pub(super) fn violations(descriptor: &Value) -> Vec<String> {
    static VALIDATOR: LazyLock<Result<jsonschema::Validator, String>> = LazyLock::new(|| {
        let schema: Value = serde_json::from_str(DESCRIPTOR_SCHEMA).map_err(|error| error.to_string())?;
        jsonschema::validator_for(&schema).map_err(|error| error.to_string())
    });
    match &*VALIDATOR {
        Ok(validator) => validator
            .iter_errors(descriptor)
            .take(10)
            .map(|error| format!("at `{}`: {}", brief(&error.instance_path().to_string()), brief(&error.to_string())))
            .collect(),
        Err(problem) => vec![format!("the gateway's own schema does not compile: {problem}")],
    }
}

/// Shortens a message: it quotes what it found, which may be a whole document.
fn brief(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    match text.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
