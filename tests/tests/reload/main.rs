//! Hot reload of the real gateway: every way of saving a file, mistakes and their mending, instances and connectors that come and
//! go, and requests that notice nothing of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod configuration;
mod connectors;
mod load;
mod operator;
mod saving;
mod world;
