//! PATCH: RFC 7644 §3.5.2, in three steps.
//!
//! [`PatchRequest::parse`] reads the message, [`edits`] turns its operations into edits whose names and types are canonical,
//! and [`apply`] makes the edits on a resource. The gateway maps edits to an app's fields, where it can without reading the
//! resource.
//!
//! Beyond the RFC, by name:
//! - **any case** of `op` and of the message's keys (Entra: `"op": "Replace"`);
//! - **dotted keys** and URN keys in a value without a path: `"name.givenName"`, `"urn:…:User:employeeNumber"`
//!   (Entra with `aadOptscim062020`);
//! - **read-only ignored** in a value without a path (Okta sends `id`);
//! - **listed removal**: `remove members` with a `value` array removes only those elements (Entra). A reference is identified by
//!   its `value`, any other element by everything given except `display` and `$ref`, which may be stale;
//! - **missing element**: a value path that matches nothing creates the element, if [`Leniency`] allows it and the filter says by
//!   `type` or `primary` which kind of element is meant (Entra, Okta);
//! - **unsupported core attribute**: an attribute that RFC 7643 defines for this type of resource and the app does not have is
//!   ignored and listed; any other unknown attribute is refused;
//! - **core URN**: a value without a path may nest core attributes under the core schema's URN.
//!
//! A value that was not empty as sent and would be empty once understood is refused (ARCHITECTURE.md, law 11).

mod apply;
mod edit;
mod edits;
mod identity;
mod items;
mod listed;
mod operation;
mod request;

pub use apply::{apply, apply_within};
pub use edit::{Edit, Edits, Leniency};
pub use edits::edits;
pub use operation::{Op, Operation};
pub use request::{MAX_OPERATIONS, PatchRequest};
