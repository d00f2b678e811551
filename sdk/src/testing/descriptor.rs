//! Checks a descriptor against the published schema.

use crate::{Connector, Value};

/// Fails the test unless the descriptor matches `wit/descriptor.schema.json`. Requires the feature `schema`.
pub fn assert_descriptor<C: Connector>() {
    let parse = |text: &str| text.parse::<Value>().unwrap_or_else(|error| panic!("{error}"));
    let schema = parse(include_str!("../../../wit/descriptor.schema.json"));
    let validator = jsonschema::options().build(&schema).unwrap_or_else(|error| panic!("{error}"));
    let descriptor = parse(C::DESCRIPTOR);
    let errors: Vec<String> =
        validator.iter_errors(&descriptor).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
