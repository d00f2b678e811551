//! Why a descriptor is refused.

use super::super::contract::CONTRACT;

/// Why a descriptor is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// A text that is too long.
    #[error("it has {bytes} bytes, above the limit of {limit}; leave out what the gateway does not need")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many values, whatever they are.
    #[error("it has more than {limit} JSON values; offer fewer resource types, attributes and settings")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// Too many values in one place.
    #[error("at `{pointer}`: there are more than {limit} members; offer fewer")]
    TooManyMembers {
        /// Where.
        pointer: String,
        /// The limit.
        limit: usize,
    },
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
