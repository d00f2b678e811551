//! A loaded connector: compiled, linked, probed and described.

use super::call::Call;
use super::call_error::CallError;
use super::context::CallContext;
use super::descriptor::Descriptor;
use super::program::Program;
use super::sha256::Sha256;
use super::share::InstanceShare;
use std::fmt;

/// A loaded connector. Share it in an `Arc`: operations in flight finish with the connector that they began with.
pub struct Connector {
    /// The connector's description of itself.
    pub descriptor: Descriptor,
    /// The digest of its file.
    pub sha256: Sha256,
    /// The WASI interfaces that it imports; empty unless [`Wasi::Closed`](super::Wasi::Closed) permits them.
    pub wasi: Vec<String>,
    pub(crate) program: Program,
}

impl Connector {
    /// A fresh instance for one operation, under the limits of the context. Waits a short time for a slot.
    ///
    /// # Errors
    /// [`CallError`]: no slot, or the instance could not be created within the limits.
    pub async fn open(&self, context: &CallContext) -> Result<Call, CallError> {
        Call::open(&self.program, context).await
    }

    /// A share of the processors, places and memory for one instance; the contexts of all its operations use the same share.
    #[must_use]
    pub fn share(&self) -> InstanceShare {
        self.program.resources.share()
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
