//! The limits on a connector's memory, with their own error types: wasmtime's error is only a text.

use super::engine::{INSTANCES_PER_CONNECTOR, MEMORIES_PER_CONNECTOR, TABLES_PER_CONNECTOR};
use super::share::{FairPart, Taken};
use wasmtime::ResourceLimiter;

/// Entries of one table; a large Rust program has a few thousand functions.
const TABLE_ELEMENTS: usize = 20_000;

/// All memories of one instance together.
#[derive(Debug)]
pub(crate) struct MemoryCeiling {
    limit: usize,
    used: usize,
    /// As much as is used, of what all instances have together.
    taken: Taken,
    /// What all instances have together.
    total: usize,
}

/// A connector asked for more memory than its limit.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("memory of {wanted} bytes is above the limit of {limit}")]
pub(crate) struct MemoryExhausted {
    pub(crate) wanted: usize,
    pub(crate) limit: usize,
}

/// All connectors together have no memory left for this instance.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no memory is left of {total} bytes for all connectors")]
pub(crate) struct MemoryScarce {
    pub(crate) total: usize,
}

impl MemoryCeiling {
    /// `share` is the instance's part of what all have together.
    pub(crate) fn new(limit: usize, share: &FairPart) -> Self {
        Self { limit, used: 0, taken: share.nothing(), total: share.total() }
    }
}

impl ResourceLimiter for MemoryCeiling {
    /// An error instead of `false`: a connector whose request is denied aborts without a message, and the cause is lost.
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let wanted = self.used.saturating_add(more);
        if wanted > self.limit {
            return Err(MemoryExhausted { wanted, limit: self.limit }.into());
        }
        if !self.taken.add(more) {
            return Err(MemoryScarce { total: self.total }.into());
        }
        self.used = wanted;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    // A component of one program has three or four core instances; a composition of several programs has more.
    fn instances(&self) -> usize {
        INSTANCES_PER_CONNECTOR as usize
    }

    fn tables(&self) -> usize {
        TABLES_PER_CONNECTOR as usize
    }

    fn memories(&self) -> usize {
        MEMORIES_PER_CONNECTOR as usize
    }
}
