//! SCIM 2.0 without I/O: schemas, resources, filters, PATCH, projection, lists and errors, as RFC 7643 and RFC 7644 define them
//! with their verified errata.
//!
//! Everything works on JSON objects ([`Object`]) and on schemas that are data ([`ResourceType`]), so that a connector's own
//! attributes are treated like the core ones. A resource enters through [`ResourceType::normalize`], which makes names
//! canonical; every other function relies on that. Nothing here panics, whatever the input.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod bulk;
pub mod check;
pub mod error;
pub mod filter;
pub mod list;
pub mod message;
pub mod normalize;
pub mod patch;
pub mod path;
pub mod projection;
pub mod resource_type;
pub mod schema;
pub mod sort;
pub mod urn;
pub mod version;

mod compare;
mod comparison_budget;
mod date_time;
mod excerpt;
mod ignored;
mod object;
mod primary;
mod slot;
mod status;
mod tidy;
mod value_budget;

pub use check::{Direction, check, strip_read_only};
pub use compare::lower as fold_case;
pub use comparison_budget::{ComparisonBudget, MAX_COMPARISONS};
pub use error::{Error, ScimType};
pub use excerpt::Excerpt;
pub use filter::{CompareOp, Comparison, Filter, Operand};
pub use ignored::MAX_LISTED;
pub use list::ListResponse;
pub use normalize::Normalized;
pub use object::Object;
pub use patch::{Edit, Edits, Leniency, Op, Operation, PatchRequest, apply, apply_within, edits};
pub use path::AttributePath;
pub use projection::Projection;
pub use resource_type::{Extension, Resolved, ResourceType};
pub use schema::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness};
pub use slot::Slot;
pub use sort::{Sort, SortKey};
pub use status::ErrorStatus;
pub use value_budget::{MAX_VALUES, ValueBudget};
pub use version::{Conditions, EntityTag};

/// The longest `id`, in bytes, that a resource may have. Apps' own ids are shorter by far, and two ids of this length fit together
/// into one index entry of every database that the gateway knows.
pub const MAX_ID_BYTES: usize = 1024;
