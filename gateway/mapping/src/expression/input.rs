//! The inputs of an expression.

use scim_protocol::Slot;
use serde_json::Value;

/// A path that an expression reads.
#[derive(Debug, PartialEq)]
pub(crate) enum Input {
    /// An attribute of the SCIM resource.
    Slot(Box<Slot>),
    /// A path into the app's document; empty for the whole document.
    App(Vec<String>),
}

/// What is known about an input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'v> {
    /// It has no value, that is, null.
    Absent,
    /// It has this value.
    Is(&'v Value),
    /// It may have any value.
    Unknown,
}

impl<'v> From<Option<&'v Value>> for Known<'v> {
    fn from(value: Option<&'v Value>) -> Self {
        value.map_or(Self::Absent, Self::Is)
    }
}
