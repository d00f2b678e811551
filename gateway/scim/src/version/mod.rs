//! Versions of resources, and conditions on them (RFC 7644 §3.14, RFC 9110 §8.8.3 and §13.1).
//!
//! All comparison is weak, including that of `If-Match`: RFC 7644's own examples send weak tags there, and a gateway never has
//! a strong one.

mod conditions;
mod entity_tag;

pub use conditions::Conditions;
pub use entity_tag::{EntityTag, EntityTagError};
