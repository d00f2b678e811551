//! What SCIM itself costs an operation: a filter, a PATCH, the check of a resource. No I/O, so nothing but the code is measured.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement of what fails is none")]

mod filter;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/fixture/mod.rs"]
mod fixture;
mod patch;
mod resources;
mod schema;

use criterion::{criterion_group, criterion_main};
use mimalloc::MiMalloc;

/// The gateway's own: JSON is mostly allocations.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

criterion_group!(parts, filter::parts, patch::parts, schema::parts);
criterion_main!(parts);
