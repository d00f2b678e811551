//! What a mapping must know about its connector.

use std::collections::BTreeMap;

/// What the connector's descriptor says that a mapping depends on.
#[derive(Debug, Clone, Default)]
pub struct ConnectorFacts {
    /// The names of the connector's own transforms.
    pub transforms: Vec<String>,
    /// Resource type to the fields that take added and removed items.
    pub incremental: BTreeMap<String, Vec<String>>,
}
