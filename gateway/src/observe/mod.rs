//! What the operator sees: log lines (one per operation), metrics, and readiness.

mod correlation;
mod json_line;
mod log;
mod metrics;
mod operation;
mod readiness;
mod shown_calls;

pub use correlation::{CorrelationId, CorrelationIdError};
pub use log::{LogError, install, subscriber};
pub use metrics::Metrics;
pub use operation::{OperationRecord, Recording};
pub use readiness::{ComponentState, Components, Readiness};
pub use shown_calls::{ShownCall, ShownCalls};

#[cfg(test)]
pub(crate) mod tests;
