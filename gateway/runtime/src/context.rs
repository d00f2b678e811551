//! What one operation gives to a connector.

use super::connector_state::ConnectorState;
use super::share::InstanceShare;
use super::trace::Trace;
use super::values::Document;
use scim_egress::{Egress, Purpose};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What one operation gives to a connector. Cheap to clone.
#[derive(Clone)]
pub struct CallContext {
    /// The instance's name, for the log.
    pub instance: Arc<str>,
    /// Links log lines to the client's request.
    pub correlation_id: Arc<str>,
    /// The instance's settings, including declared defaults; never a secret.
    pub settings: Arc<Document>,
    /// The way to the app. `None` refuses every call to it (a probe, the check of a mapping).
    pub egress: Option<Arc<Egress>>,
    /// Whether the operation is carried out or only rehearsed; `egress` judges every request by it.
    pub purpose: Purpose,
    /// Where the steps of the operation are recorded, if someone follows them.
    pub trace: Option<Trace>,
    /// The instance's key-value state.
    pub state: Arc<dyn ConnectorState>,
    /// What the operation may use.
    pub limits: CallLimits,
    /// The instance's share of processors, places and memory.
    pub share: InstanceShare,
}

/// What one operation may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLimits {
    /// Linear memory in bytes, all memories together.
    pub memory: usize,
    /// Processor time, measured at the ticks of the runtime.
    pub cpu: Duration,
    /// From the start of the operation to its end, including waits.
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
    pub(crate) fn setting(&self, name: &str) -> Option<&Value> {
        self.settings.get(name)
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("instance", &self.instance)
            .field("correlation_id", &self.correlation_id)
            .field("purpose", &self.purpose)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
