//! The configuration of wasmtime, with a reason for every setting.

use std::path::PathBuf;
use std::time::Duration;
use wasmtime::{Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Core instances of one connector: one written in Rust has three, one in Python fourteen.
pub(crate) const INSTANCES_PER_CONNECTOR: u32 = 24;
/// Memories of one connector: its own and an adapter's.
pub(crate) const MEMORIES_PER_CONNECTOR: u32 = 2;
/// Tables of one connector: its own and those of the shims.
pub(crate) const TABLES_PER_CONNECTOR: u32 = 12;

/// What all connectors together may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeLimits {
    /// Operations that run in connectors at the same time.
    pub slots: usize,
    /// How many of these one connector may occupy, so that a slow app leaves room for the others.
    pub slots_per_connector: usize,
    /// How long an operation waits for a slot.
    pub queue: Duration,
    /// How often running code is checked: a spinning connector keeps a processor from others for this long.
    pub tick: Duration,
    /// The largest linear memory of an operation, in bytes.
    pub memory: usize,
    /// The largest connector, in bytes. The time to compile grows with the size of the code.
    pub connector_bytes: usize,
    /// Where compiled code is cached. `None` compiles at every start.
    pub cache: Option<PathBuf>,
}

impl Default for RuntimeLimits {
    fn default() -> Self {
        Self {
            slots: 256,
            slots_per_connector: 192,
            queue: Duration::from_secs(2),
            tick: Duration::from_millis(1),
            memory: 256 << 20,
            connector_bytes: 32 << 20,
            cache: None,
        }
    }
}

pub(crate) fn engine(limits: &RuntimeLimits) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        // Interrupts running code: see `cpu`. Measured at 9 % of a call; fuel at 25 %.
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

/// Slots of the pool are only address space until they are used. A full pool is an error, not a wait, so there are enough of them
/// for every operation, whatever the structure of its connector.
fn pool(limits: &RuntimeLimits) -> PoolingAllocationConfig {
    let slots = u32::try_from(limits.slots).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(INSTANCES_PER_CONNECTOR))
        .total_memories(slots.saturating_mul(MEMORIES_PER_CONNECTOR))
        .total_tables(slots.saturating_mul(TABLES_PER_CONNECTOR))
        .total_stacks(slots)
        .max_core_instances_per_component(INSTANCES_PER_CONNECTOR)
        .max_memories_per_component(MEMORIES_PER_CONNECTOR)
        .max_tables_per_component(TABLES_PER_CONNECTOR)
        .max_memory_size(limits.memory)
        // Memory that a slot keeps from one operation to the next: page faults cost more than clearing the pages that were
        // written, which Linux 6.7 and newer can list. On older systems all memory is returned.
        .pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(if PoolingAllocationConfig::is_pagemap_scan_available() { 2 << 20 } else { 0 })
        .table_keep_resident(8 << 10)
        .max_unused_warm_slots(32);
    pool
}
