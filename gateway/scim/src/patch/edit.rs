//! Edits: what a PATCH changes, one primitive step at a time.

use crate::slot::Slot;
use serde_json::Value;

/// A primitive step. Names are canonical, values have the attribute's type, and nothing read-only is changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Sets the value. Without a selector, a whole multi-valued attribute becomes this array.
    Set {
        /// The slot to change.
        slot: Slot,
        /// Never null.
        value: Value,
    },
    /// Removes the value. With a selector and no sub-attribute, removes the matching elements.
    Clear {
        /// The slot to change.
        slot: Slot,
    },
    /// Adds elements to a multi-valued attribute. An existing element stays and takes the sub-attributes given here.
    Add {
        /// A whole multi-valued attribute.
        slot: Slot,
        /// At least one.
        items: Vec<Value>,
    },
    /// Removes elements from a multi-valued attribute: those that have everything an item with a `value` gives, or that equal an
    /// item without one. A missing element is no error.
    Remove {
        /// A whole multi-valued attribute.
        slot: Slot,
        /// At least one.
        items: Vec<Value>,
    },
}

impl Edit {
    /// The slot to change.
    pub fn slot(&self) -> &Slot {
        match self {
            Self::Set { slot, .. } | Self::Clear { slot } | Self::Add { slot, .. } | Self::Remove { slot, .. } => slot,
        }
    }
}

/// All edits of a request, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edits {
    /// The edits, in the order in which they apply.
    pub steps: Vec<Edit>,
    /// Paths that the client sent and this resource type does not accept, at most [`crate::MAX_LISTED`], for the operator.
    pub ignored: Vec<String>,
    /// What [`super::apply()`] may do where a value path matches nothing.
    pub leniency: Leniency,
}

/// What the client profile allows beyond the RFC; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leniency {
    /// A value path that matches no element creates one, if its filter describes which kind of element is meant, by `type` or
    /// `primary`: `emails[type eq "work"]`. Any other filter, such as `members[value eq "42"]`, means an element that exists, and
    /// is 400 `noTarget` without one.
    pub create_missing_element: bool,
}

impl Edits {
    /// Whether only the resource tells if the edits are possible: a filter must match an element of it.
    pub fn needs_target(&self) -> bool {
        let needs = |slot: &Slot| slot.selector.is_some() && !self.leniency.supplies_target(slot);
        self.steps.iter().any(|edit| needs(edit.slot()))
    }
}

impl Leniency {
    /// Whether a slot with a selector needs no element that matches it.
    pub(super) fn supplies_target(self, slot: &Slot) -> bool {
        self.create_missing_element && slot.describes_element()
    }
}
