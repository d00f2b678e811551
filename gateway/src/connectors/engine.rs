//! wasmtime's knobs, each with its reason.

use std::path::PathBuf;
use std::time::Duration;

use wasmtime::{Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Core instances of one connector: a Rust one has three, Python's fourteen.
pub(super) const INSTANCES_PER_CONNECTOR: u32 = 24;
/// Memories of one connector: its own and an adapter's.
pub(super) const MEMORIES_PER_CONNECTOR: u32 = 2;
/// Tables of one connector: its own and the shims'.
pub(super) const TABLES_PER_CONNECTOR: u32 = 12;

/// What all connectors together may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeLimits {
    /// Operations that run in connectors at the same time.
    pub places: usize,
    /// How many of these one connector may hold, so that one slow app leaves room for the others.
    pub places_per_connector: usize,
    /// How long an operation waits for a place.
    pub queue: Duration,
    /// How often running code is looked at: who spins keeps a processor from others for so long.
    pub tick: Duration,
    /// The most linear memory that any operation may be given, in bytes.
    pub memory: usize,
    /// Largest connector, in bytes. Compiling is slow in the size of the code.
    pub connector_bytes: usize,
    /// Where compiled code is kept. `None` compiles at every start.
    pub cache: Option<PathBuf>,
}

impl Default for RuntimeLimits {
    fn default() -> Self {
        Self {
            places: 256,
            places_per_connector: 192,
            queue: Duration::from_secs(2),
            tick: Duration::from_millis(1),
            memory: 256 << 20,
            connector_bytes: 32 << 20,
            cache: None,
        }
    }
}

pub(super) fn engine(limits: &RuntimeLimits) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        // Stops and yields: see `cpu`. Measured at 9 % of a call, fuel at 25 %.
        .epoch_interruption(true)
        // Calls into connectors are synchronous in WIT: no tasks, streams or futures of the component model.
        .concurrency_support(false)
        .wasm_memory64(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    if let Some(directory) = &limits.cache {
        let mut cache = CacheConfig::new();
        cache.with_directory(std::path::absolute(directory)?);
        config.cache(Some(Cache::new(cache)?));
    }
    Engine::new(&config)
}

/// Slots are address space until they are used. A full pool is an error and not a wait, so there are enough slots for
/// every place, whatever shape its connector has.
fn pool(limits: &RuntimeLimits) -> PoolingAllocationConfig {
    let places = u32::try_from(limits.places).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(places)
        .total_core_instances(places.saturating_mul(INSTANCES_PER_CONNECTOR))
        .total_memories(places.saturating_mul(MEMORIES_PER_CONNECTOR))
        .total_tables(places.saturating_mul(TABLES_PER_CONNECTOR))
        .total_stacks(places)
        .max_core_instances_per_component(INSTANCES_PER_CONNECTOR)
        .max_memories_per_component(MEMORIES_PER_CONNECTOR)
        .max_tables_per_component(TABLES_PER_CONNECTOR)
        .max_memory_size(limits.memory)
        // What a slot keeps from one operation to the next instead of giving it back to the system: page faults cost
        // more than clearing the pages that were written, which Linux 6.7 and newer name. Older ones give all back.
        .pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(if PoolingAllocationConfig::is_pagemap_scan_available() { 2 << 20 } else { 0 })
        .table_keep_resident(8 << 10)
        .max_unused_warm_slots(32);
    pool
}
