//! What apps destroy and the gateway remembers, with the real gateway, the real connectors and the apps' simulators: inactive
//! users, memberships that an app cannot hold, and what is left of both after an interruption anywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod gateways;
mod groups;
mod inactive;
mod interrupted;
mod killed;
#[path = "../one_instance/mod.rs"]
mod one_instance;
mod world;
