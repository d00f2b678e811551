//! What the operator sees: log lines (one per operation), metrics, and readiness.

mod correlation;
mod json_line;
mod log;
mod metrics;
mod operation;
mod readiness;
mod shown_calls;
mod shown_names;
mod stalls;

pub use correlation::{CorrelationId, CorrelationIdError};
pub use log::{LogError, install, subscriber};
pub use metrics::Metrics;
pub use operation::{OperationRecord, Recording, Unlogged};
pub use readiness::{ComponentState, Components, Readiness};
pub use scim_egress::PathTemplate;
pub use shown_calls::{ShownCall, ShownCalls};
pub use shown_names::shown_names;
pub use stalls::{Stalls, TICK};

#[cfg(test)]
pub(crate) mod tests;
