//! The part of a connector that runs.

use super::bindings::ConnectorIndices;
use super::host::HostState;
use super::share::Resources;
use super::ticks::Ticks;
use super::transform_exports::TransformExports;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::InstancePre;

/// The part of a connector that runs: compiled and linked.
pub(crate) struct Program {
    /// Names it in the log.
    pub(crate) name: String,
    pub(crate) pre: InstancePre<HostState>,
    pub(crate) exports: ConnectorIndices,
    pub(crate) transforms: Option<TransformExports>,
    pub(crate) resources: Arc<Resources>,
    pub(crate) ticks: Ticks,
    pub(crate) tick: Duration,
    pub(crate) memory: usize,
}
