//! What an expression reads.

use scim_protocol::Slot;
use serde_json::Value;

/// A path that an expression reads.
#[derive(Debug, PartialEq)]
pub(crate) enum Input {
    /// An attribute of the SCIM resource.
    Slot(Box<Slot>),
    /// Members of the app's document, from its top; empty is the document.
    App(Vec<String>),
}

/// What is known of an input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'v> {
    /// It has no value: null.
    Absent,
    /// Its value.
    Is(&'v Value),
    /// It may have any value.
    Unknown,
}

impl<'v> From<Option<&'v Value>> for Known<'v> {
    fn from(value: Option<&'v Value>) -> Self {
        value.map_or(Self::Absent, Self::Is)
    }
}
