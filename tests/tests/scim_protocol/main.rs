//! The protocol as a client sees it, with the real gateway, the real connectors and the apps' simulators.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bulk;
mod discovery;
mod lists;
#[path = "../one_instance/mod.rs"]
mod one_instance;
mod refusals;
mod versions;
mod world;
