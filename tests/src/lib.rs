//! The whole system under test: simulators of the apps, the identity providers' conversations, and the real gateway process.

pub mod artifacts;
pub mod bench;
pub mod conformance;
pub mod conversation;
pub mod gateway_process;
pub mod http;
pub mod memory;
pub mod mutations;
pub mod openid_provider;
pub mod packages;
pub mod postgres;
pub mod simulators;
pub mod system;
pub mod wasi_components;
pub mod world;
