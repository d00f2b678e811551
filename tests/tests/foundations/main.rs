//! What the tests of the system stand on, each tested by itself: the simulators of the apps, the player of conversations, and the
//! files of conversations and requirements. None of it needs the gateway.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "these are tests"
)]

mod askspoke;
mod control;
mod conversation_files;
mod player;
mod requirements;
mod samanage;
mod scim;
mod splashtop;
