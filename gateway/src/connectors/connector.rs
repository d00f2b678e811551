//! A loaded connector: compiled, linked, probed, described; ready to be opened for operations.

use std::fmt;
use std::time::Duration;

use wasmtime::component::InstancePre;

use super::bindings::ConnectorIndices;
use super::call::Call;
use super::context::CallContext;
use super::cpu::{CpuShare, HeavyLane};
use super::descriptor::Descriptor;
use super::error::CallError;
use super::host::HostState;
use super::places::Places;
use super::sha256::Sha256;
use super::ticks::Ticks;
use super::transforms::TransformExports;

/// A loaded connector. Share it behind an `Arc`: operations in flight keep the one that they began with.
pub struct Connector {
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// Of the file's bytes.
    pub sha256: Sha256,
    /// The interfaces of WASI that it imports; not empty only where [`Wasi::Closed`](super::Wasi::Closed) allowed them.
    pub wasi: Vec<String>,
    pub(super) program: Program,
}

/// The part of a connector that runs.
pub(super) struct Program {
    /// Names it in the log.
    pub(super) name: String,
    pub(super) pre: InstancePre<HostState>,
    pub(super) exports: ConnectorIndices,
    pub(super) transforms: Option<TransformExports>,
    pub(super) places: Places,
    pub(super) lane: HeavyLane,
    pub(super) ticks: Ticks,
    pub(super) tick: Duration,
    pub(super) memory: usize,
}

impl Connector {
    /// A fresh instance for one operation, under the context's limits. Waits a short while for a place.
    ///
    /// # Errors
    /// [`CallError`]: no place, or the instance could not be made within the limits.
    pub async fn open(&self, context: &CallContext) -> Result<Call, CallError> {
        Call::open(&self.program, context).await
    }

    /// A share of the processors for one instance; all its operations' contexts hold the same.
    #[must_use]
    pub fn cpu_share(&self) -> CpuShare {
        self.program.lane.share()
    }

    /// Whether the connector exports the optional interface `transforms`.
    #[must_use]
    pub fn has_transforms(&self) -> bool {
        self.program.transforms.is_some()
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Descriptor { id, version, .. } = &self.descriptor;
        f.debug_struct("Connector").field("id", id).field("version", version).field("sha256", &self.sha256).finish()
    }
}
