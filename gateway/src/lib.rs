//! The SCIM connector gateway.
#![forbid(unsafe_code)]

pub mod connectors;
pub mod egress;
