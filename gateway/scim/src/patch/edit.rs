//! Edits: what a PATCH changes, step by step.

use crate::slot::Slot;
use serde_json::Value;

/// A primitive step. Names are canonical, values have the attribute's type, and nothing read-only is touched.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The value becomes this one. Without a selector, a whole multi-valued attribute becomes this array.
    Set {
        /// Where.
        slot: Slot,
        /// Never null.
        value: Value,
    },
    /// There is no value any more. With a selector and no sub-attribute, the elements that match go.
    Clear {
        /// Where.
        slot: Slot,
    },
    /// Elements join a multi-valued attribute. One that is there already stays, with the sub-attributes given here.
    Add {
        /// A whole multi-valued attribute.
        slot: Slot,
        /// At least one.
        items: Vec<Value>,
    },
    /// Elements leave a multi-valued attribute: those that have all that an item with a `value` says, or else equal it. One that is not
    /// there is no error.
    Remove {
        /// A whole multi-valued attribute.
        slot: Slot,
        /// At least one.
        items: Vec<Value>,
    },
}

impl Edit {
    /// Where the step takes place.
    pub fn slot(&self) -> &Slot {
        match self {
            Self::Set { slot, .. } | Self::Clear { slot } | Self::Add { slot, .. } | Self::Remove { slot, .. } => slot,
        }
    }
}

/// All of a request's steps, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edits {
    /// To be done in this order.
    pub steps: Vec<Edit>,
    /// Paths of what the client sent and this resource type does not take, at most [`crate::MAX_LISTED`], for the
    /// operator.
    pub ignored: Vec<String>,
    /// What [`apply`] may do where a value path matches nothing.
    pub leniency: Leniency,
}

/// What the client profile allows beyond the RFC. By default nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leniency {
    /// A value path that matches no element makes one from its `eq` comparisons; otherwise it is 400 `noTarget`.
    pub create_missing_element: bool,
}
