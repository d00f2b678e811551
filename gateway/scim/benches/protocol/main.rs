//! The cost of SCIM itself per operation: a filter, a PATCH, the check of a resource. There is no I/O, so only the code is
//! measured.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark must not measure failures")]

mod filter;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/protocol/fixture/mod.rs"]
mod fixture;
mod patch;
mod resources;
mod schema;

use criterion::{criterion_group, criterion_main};
use mimalloc::MiMalloc;

/// The gateway's allocator: JSON work is mostly allocations.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

criterion_group!(parts, filter::parts, patch::parts, schema::parts);
criterion_main!(parts);
