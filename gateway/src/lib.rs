//! A SCIM 2.0 gateway that hosts sandboxed WebAssembly connectors.

#![forbid(unsafe_code)]

pub mod config;
pub mod observe;
pub mod server;
