//! A default that only the connector can check.

use super::error::{MappingError, Problem, RuleName};
use super::locate::Position;

/// A default that only the connector can check, because its rule uses one of the connector's transforms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultToCheck {
    /// The transform.
    pub transform: String,
    /// The JSON text exactly as it is in the document.
    pub text: String,
    pub(super) source_name: String,
    pub(super) position: Position,
    pub(super) rule: RuleName,
}

impl DefaultToCheck {
    /// The error for a default that the connector refused, with the connector's message.
    pub fn refused(&self, message: impl Into<String>) -> MappingError {
        MappingError {
            source_name: self.source_name.clone(),
            position: self.position,
            rule: Some(self.rule.clone()),
            problem: Problem::Default(message.into()),
        }
    }
}
