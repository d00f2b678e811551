//! Whether a descriptor has the published shape.

use crate::{Connector, Value};

/// Stops the test unless the descriptor is as `wit/descriptor.schema.json` says. It needs the feature `schema`.
pub fn assert_descriptor<C: Connector>() {
    let parse = |text: &str| text.parse::<Value>().unwrap_or_else(|error| panic!("{error}"));
    let schema = parse(include_str!("../../../wit/descriptor.schema.json"));
    let validator = jsonschema::options().build(&schema).unwrap_or_else(|error| panic!("{error}"));
    let descriptor = parse(C::DESCRIPTOR);
    let errors: Vec<String> =
        validator.iter_errors(&descriptor).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
