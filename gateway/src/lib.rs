//! A SCIM 2.0 gateway that hosts sandboxed WebAssembly connectors.

#![forbid(unsafe_code)]

pub mod admission;
pub mod clients;
pub mod config;
pub mod instances;
pub mod jit;
pub mod observe;
pub mod provisioning;
pub mod reload;
pub mod server;
pub mod trace;

pub use scim_egress as egress;
pub use scim_mapping as mapping;
pub use scim_runtime as connectors;
pub use scim_store as store;
