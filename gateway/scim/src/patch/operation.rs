//! A PATCH operation, as the client wrote it.

use serde_json::Value;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// Adds values, or sets a missing one.
    Add,
    /// Removes values.
    Remove,
    /// Replaces values.
    Replace,
}

/// One operation, as the client wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The kind of operation.
    pub op: Op,
    /// The path; `None` means the resource itself.
    pub path: Option<String>,
    /// The value; `null` differs from absence.
    pub value: Option<Value>,
}
