//! The part of a connector that runs.

use super::bindings::ConnectorIndices;
use super::cpu::HeavyLane;
use super::host::HostState;
use super::slots::Slots;
use super::ticks::Ticks;
use super::transform_exports::TransformExports;
use std::time::Duration;
use wasmtime::component::InstancePre;

/// The part of a connector that runs: compiled and linked.
pub(crate) struct Program {
    /// Names it in the log.
    pub(crate) name: String,
    pub(crate) pre: InstancePre<HostState>,
    pub(crate) exports: ConnectorIndices,
    pub(crate) transforms: Option<TransformExports>,
    pub(crate) slots: Slots,
    pub(crate) lane: HeavyLane,
    pub(crate) ticks: Ticks,
    pub(crate) tick: Duration,
    pub(crate) memory: usize,
}
