//! The ceiling over a connector's memory, with an error of its own: wasmtime's would be a text.

use wasmtime::ResourceLimiter;

/// Entries of one table; a large Rust program has a few thousand functions.
const TABLE_ELEMENTS: usize = 20_000;

/// All memories of one instance together.
#[derive(Debug)]
pub(super) struct MemoryCeiling {
    limit: usize,
    used: usize,
}

/// A connector wanted more memory than it may have.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("memory of {wanted} bytes is above the limit of {limit}")]
pub(super) struct MemoryExhausted {
    pub(super) wanted: usize,
    pub(super) limit: usize,
}

impl MemoryCeiling {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, used: 0 }
    }
}

impl ResourceLimiter for MemoryCeiling {
    /// An error and not `false`: a connector that is told "no" aborts without a word, and the cause is lost.
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let wanted = self.used.saturating_add(desired.saturating_sub(current));
        if wanted > self.limit {
            return Err(MemoryExhausted { wanted, limit: self.limit }.into());
        }
        self.used = wanted;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    // A component of one program is three or four core instances; several programs composed are more.
    fn instances(&self) -> usize {
        super::engine::INSTANCES_PER_CONNECTOR as usize
    }

    fn tables(&self) -> usize {
        super::engine::TABLES_PER_CONNECTOR as usize
    }

    fn memories(&self) -> usize {
        super::engine::MEMORIES_PER_CONNECTOR as usize
    }
}
