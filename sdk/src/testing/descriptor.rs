//! Checks a descriptor against the published schema.

use super::declared::Declared;
use crate::{Connector, Value};

/// Fails the test unless the descriptor matches `wit/descriptor.schema.json`. Requires the feature `schema`.
pub fn assert_descriptor<C: Connector>() {
    let schema: Value =
        include_str!("../../../wit/descriptor.schema.json").parse().unwrap_or_else(|error| panic!("{error}"));
    let validator = jsonschema::options().build(&schema).unwrap_or_else(|error| panic!("{error}"));
    let descriptor = Declared::of::<C>();
    let errors: Vec<String> =
        validator.iter_errors(&descriptor).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
