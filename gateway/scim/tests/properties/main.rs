//! Properties that hold for every input: filters survive printing and match what a naive model matches, PATCH does what
//! a naive model does, and nothing panics.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    dead_code,
    reason = "these are tests, and each uses a part of the fixture"
)]

mod filters;
#[path = "../fixture/mod.rs"]
mod fixture;
mod garbled;
mod patches;
mod robustness;
mod sequences;

use naive_patch as naive;
