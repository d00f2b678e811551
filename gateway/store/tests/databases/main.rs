//! The store on SQLite and on PostgreSQL: each test says what must hold on both.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod bounds;
mod constraints;
mod database;
mod durability;
mod failures;
mod gateways;
mod generations;
mod log;
mod longest_ids;
mod remembered;
mod standing;
