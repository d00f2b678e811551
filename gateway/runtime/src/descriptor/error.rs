//! Why a descriptor is refused.

use super::super::contract::CONTRACT;

/// Why a descriptor is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// It does not conform to the schema.
    #[error("it does not conform to wit/descriptor.schema.json: {}", .0.join("; "))]
    Schema(Vec<String>),
    /// It was built for another contract.
    #[error("it uses contract {0}, but this gateway uses {CONTRACT}: rebuild the connector with the matching wit/")]
    Contract(String),
    /// It conforms to the schema but contradicts itself.
    #[error("{0}")]
    Contradiction(String),
}
