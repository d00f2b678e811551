//! The protocol: what the RFCs demand, what clients send, what is refused, what it may cost, and properties of all inputs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used, reason = "these are tests")]

mod clients;
mod cost;
mod filter;
mod fixture;
mod musts;
mod properties;
mod refusals;
mod resource;
mod understood;
