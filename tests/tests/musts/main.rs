//! What RFC 7643 and 7644 demand and no other test shows, seen by a client of the real gateway. `tests/requirements` has the list.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod discovery;
#[path = "../one_instance/mod.rs"]
mod one_instance;
mod reading;
#[path = "../scim_protocol/world.rs"]
#[allow(dead_code, reason = "the other tests of the protocol need more of it")]
mod world;
mod writing;
