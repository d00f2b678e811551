//! SCIM 2.0 without I/O: schemas, resources, filters, PATCH, projection, lists and errors, as RFC 7643 and RFC 7644 say with
//! their verified errata.
//!
//! Everything works on JSON objects ([`Object`]) and on schemas that are data ([`ResourceType`]), so that a connector's own
//! attributes are treated like the core ones. A resource comes in through [`ResourceType::normalize`], which makes names
//! canonical; every other function relies on that. Nothing here panics, whatever it is given.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod bulk;
pub mod check;
pub mod error;
pub mod filter;
pub mod list;
pub mod normalize;
pub mod patch;
pub mod path;
pub mod projection;
pub mod resource_type;
pub mod schema;
pub mod sort;
pub mod urn;
pub mod version;

mod date_time;
mod value_budget;

pub use check::{Direction, check, strip_read_only};
pub use error::{Error, ScimType};
pub use filter::{CompareOp, Comparison, Filter, Operand};
pub use list::ListResponse;
pub use normalize::Normalized;
pub use patch::{Edit, Edits, Leniency, Op, Operation, PatchRequest, apply, edits};
pub use path::{AttributePath, Slot};
pub use projection::Projection;
pub use resource_type::{Extension, Resolved, ResourceType};
pub use schema::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness};
pub use sort::{Sort, SortKey};
pub use value_budget::{MAX_VALUES, ValueBudget};
pub use version::{Conditions, EntityTag};

/// A JSON object whose keys keep their order.
pub type Object = serde_json::Map<String, serde_json::Value>;
