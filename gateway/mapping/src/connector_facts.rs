//! What a mapping must know about its connector.

use std::collections::BTreeMap;

/// The parts of a connector's descriptor that a mapping depends on.
#[derive(Debug, Clone, Default)]
pub struct ConnectorFacts {
    /// The names of the connector's own transforms.
    pub transforms: Vec<String>,
    /// By resource type, the fields to which items can be added and removed one by one.
    pub incremental: BTreeMap<String, Vec<String>>,
}
