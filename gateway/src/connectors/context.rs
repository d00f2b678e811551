//! What one call of a connector is given: whose it is, what it may see and what it may use.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::cpu::CpuShare;
use super::state::ConnectorState;
use super::values::Document;
use crate::egress::Egress;

/// Everything that one operation lends to a connector. Cheap to clone.
#[derive(Clone)]
pub struct CallContext {
    /// The instance's name, for the log.
    pub instance: Arc<str>,
    /// Ties log lines to the client's request.
    pub correlation_id: Arc<str>,
    /// The instance's settings with the declared defaults filled in; never a secret.
    pub settings: Arc<Document>,
    /// The way to the app. `None` refuses every call to it (a probe, the check of a mapping).
    pub egress: Option<Arc<Egress>>,
    /// The instance's small memory.
    pub state: Arc<dyn ConnectorState>,
    /// What the operation may use.
    pub limits: CallLimits,
    /// The instance's share of the processors.
    pub share: CpuShare,
}

/// What one operation may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLimits {
    /// Linear memory in bytes, all memories together.
    pub memory: usize,
    /// Processor time; counted in ticks of the runtime.
    pub cpu: Duration,
    /// From the start of the operation to its end, waiting included.
    pub wall: Duration,
    /// Calls to the app.
    pub sends: u32,
    /// Bytes that one call between host and connector may carry.
    pub hostcall_bytes: usize,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            cpu: Duration::from_secs(2),
            wall: Duration::from_secs(30),
            sends: 200,
            hostcall_bytes: 16 << 20,
        }
    }
}

impl CallContext {
    /// A setting's value.
    pub(super) fn setting(&self, name: &str) -> Option<&Value> {
        self.settings.get(name)
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("instance", &self.instance)
            .field("correlation_id", &self.correlation_id)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
