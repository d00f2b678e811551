//! The place in a resource that a PATCH path or a mapping rule points at: an attribute, a sub-attribute, or a
//! sub-attribute of the elements that a selector picks (RFC 7644 §3.5.2, `PATH`).
//!
//! A slot is parsed by [`crate::ResourceType::parse_slot`] and is canonical; it works on resources with canonical names.

mod read;
mod resolve;
mod target;
mod write;

pub use target::Slot;
