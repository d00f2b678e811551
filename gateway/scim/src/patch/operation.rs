//! A PATCH operation, as the client wrote it.

use serde_json::Value;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// Adds values, or sets what is not there.
    Add,
    /// Removes values.
    Remove,
    /// Replaces values.
    Replace,
}

/// One operation, as the client wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// Where; the resource itself when it is absent.
    pub path: Option<String>,
    /// With what; `null` is kept apart from absence.
    pub value: Option<Value>,
}
