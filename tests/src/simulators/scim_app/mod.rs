//! What the SCIM apps share: a small, strict SCIM 2.0 server over attributes that the app declares as data.
//!
//! It shares no code with `scim-protocol`, on purpose: a judge must not have the accused's errors. It knows what the two apps
//! document and no more: `attribute eq "value"` on one attribute, index paging, and PATCH on the declared attributes.

mod answer;
mod attributes;
mod dialect;
mod directory;
mod error;
mod groups;
mod list;
mod members;
mod patch;
mod server;
mod users;

pub(super) use attributes::{Attribute, ENTERPRISE, Kind, Place, Values};
pub(super) use dialect::{Deactivation, Dialect};
pub(super) use directory::{Directory, Id, Resource};
pub(super) use error::refusal;
pub(super) use server::Server;
