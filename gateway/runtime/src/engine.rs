//! The configuration of wasmtime, with a reason for every setting.

use super::compile_limits::CompileLimits;
use super::swap::Swapping;
use std::path::{Path, PathBuf};
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
    /// Operations that run in connectors at the same time. An instance may have as many places as it leaves free.
    pub slots: usize,
    /// How long an operation waits for a slot.
    pub queue: Duration,
    /// How often running code is checked: a spinning connector keeps a processor from others for this long.
    pub tick: Duration,
    /// The largest linear memory of an operation, in bytes.
    pub memory: usize,
    /// The linear memory of all operations together, in bytes. An instance may have as much as it leaves free.
    pub total_memory: usize,
    /// What compiling one connector may take.
    pub compile: CompileLimits,
    /// The largest connector, in bytes. The time to compile grows with the size of the code.
    pub connector_bytes: usize,
    /// Where compiled code is kept. Threat: it is run without further checks, so nobody else may write there. `None` compiles at every
    /// start.
    pub cache: Option<PathBuf>,
}

impl Default for RuntimeLimits {
    fn default() -> Self {
        Self {
            slots: 256,
            queue: Duration::from_secs(2),
            tick: Duration::from_millis(1),
            memory: 256 << 20,
            total_memory: 2 << 30,
            compile: CompileLimits::default(),
            connector_bytes: 32 << 20,
            cache: None,
        }
    }
}

/// The engine that runs connectors. It has no compiler: what it finds in the directory was compiled by another.
pub(crate) fn serving_engine(limits: &RuntimeLimits, cache: &Path, swapping: Swapping) -> wasmtime::Result<Engine> {
    let mut config = config(cache)?;
    config.enable_compiler(false).allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits, swapping)));
    Engine::new(&config)
}

/// The engine that compiles connectors, and leaves the code in a directory.
pub(crate) fn compiling_engine(cache: &Path) -> wasmtime::Result<Engine> {
    let mut config = config(cache)?;
    // One processor is enough for a task that nobody waits for; the others are for those who serve.
    config.parallel_compilation(false);
    Engine::new(&config)
}

/// What both have in common, as far as code depends on it.
fn config(cache: &Path) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        // Interrupts running code: see `cpu`. Measured at 9 % of a call; fuel at 25 %.
        .epoch_interruption(true)
        // Calls into connectors are synchronous in WIT: no tasks, streams or futures of the component model.
        .concurrency_support(false)
        .wasm_memory64(false);
    let mut directory = CacheConfig::new();
    directory.with_directory(cache);
    config.cache(Some(Cache::new(directory)?));
    Ok(config)
}

/// Slots of the pool are only address space until they are used. A full pool is an error, not a wait, so there are enough of them
/// for every operation, whatever the structure of its connector.
fn pool(limits: &RuntimeLimits, swapping: Swapping) -> PoolingAllocationConfig {
    let slots = u32::try_from(limits.slots).unwrap_or(u32::MAX);
    let keeps = swapping.is_impossible() && PoolingAllocationConfig::is_pagemap_scan_available();
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
        // written, which Linux 6.7 and newer can list, unless some were swapped out. Elsewhere all memory is returned.
        .pagemap_scan(if keeps { Enabled::Auto } else { Enabled::No })
        .linear_memory_keep_resident(if keeps { 2 << 20 } else { 0 })
        .table_keep_resident(8 << 10)
        .max_unused_warm_slots(32);
    pool
}
