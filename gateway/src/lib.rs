//! The gateway: SCIM 2.0 in, the app's own API out, with a sandboxed connector between them.

#![forbid(unsafe_code)]

pub mod mapping;
