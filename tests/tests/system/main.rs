//! The whole system: the real gateway process, the real connectors, and simulators of the apps and of everything around them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "these are tests"
)]

mod commands;
mod conversations;
mod default_mappings;
mod deleting;
mod development;
mod doors;
mod durability;
mod garbled;
mod guard_rails;
mod isolation;
mod jit;
mod lists;
mod lying;
mod musts;
mod patch_sequences;
mod protocol;
mod reload;
mod remembered;
mod samanage_roles;
mod standing;
mod start;
mod stated;
mod turns;
mod wasi;
