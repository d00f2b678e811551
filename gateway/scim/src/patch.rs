//! PATCH: RFC 7644 §3.5.2, in three steps.
//!
//! [`PatchRequest::parse`] reads the message, [`edits`] turns its operations into primitive steps that are canonical and
//! of the right types, and [`apply`] carries them out on a resource. The gateway maps the steps to an app's
//! fields without ever reading the resource where it can.
//!
//! Beyond the RFC, by name:
//! - **any case** of `op` and of the message's keys (Entra: `"op": "Replace"`);
//! - **dotted keys** and URN keys in a value without a path: `"name.givenName"`, `"urn:…:User:employeeNumber"`
//!   (Entra with `aadOptscim062020`);
//! - **read-only ignored** in a value without a path (Okta sends `id`);
//! - **listed removal**: `remove members` with a `value` array removes those elements only (Entra), each by all that is said of it but
//!   `display` and `$ref`, which may be stale; a reference by its `value`;
//! - **missing element**: a value path that matches nothing makes the element, if [`Leniency`] says so (Entra, Okta);
//! - **unsupported core attribute**: an attribute that RFC 7643 defines and this resource type does not have is ignored
//!   and listed, where any other unknown attribute is refused.

use serde_json::Value;

use crate::{Object, ResourceType, error::Error, path::Slot};

mod apply;
mod edits;
mod items;
mod listed;
mod request;

pub(crate) use request::take;
pub use request::{MAX_OPERATIONS, PatchRequest};

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

/// What the client profile allows beyond the RFC. By default nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leniency {
    /// A value path that matches no element makes one from its `eq` comparisons; otherwise it is 400 `noTarget`.
    pub create_missing_element: bool,
}

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
    /// Paths of what the client sent and this resource type does not take, at most [`crate::normalize::MAX_LISTED`], for the
    /// operator.
    pub ignored: Vec<String>,
    /// What [`apply`] may do where a value path matches nothing.
    pub leniency: Leniency,
}

/// Turns a request's operations into steps.
///
/// # Errors
/// 400 with a detail that begins with the operation's number: `noTarget` for a removal without a path, `invalidPath` and
/// `invalidFilter` for paths, `invalidValue` for values of the wrong type, `mutability` for a path that is read-only, and for
/// a required attribute that would be removed (RFC 7644 §3.5.2.2).
pub fn edits(resource_type: &ResourceType, operations: &[Operation], leniency: Leniency) -> Result<Edits, Error> {
    edits::edits(resource_type, operations, leniency)
}

/// Carries the steps out on a resource with canonical names. On an error the resource is as it was.
///
/// At most one element of an attribute stays `primary`: the one that a step made so last.
///
/// # Errors
/// 400 `noTarget` where a value path matches no element and none may or can be made, `mutability` where an immutable
/// attribute that has a value would get another or lose it.
pub fn apply(resource_type: &ResourceType, resource: &mut Object, edits: &Edits) -> Result<(), Error> {
    apply::apply(resource_type, resource, edits)
}
