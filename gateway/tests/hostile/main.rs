//! Connectors that misbehave: each is stopped and identified, and other instances do not notice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests, and bindings are generated public"
)]

mod compiling;
mod contract;
mod fixture;
mod loading;
mod log_lines;
mod stopping;
mod world;
