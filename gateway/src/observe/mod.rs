//! What the operator sees: log lines, one line an operation, and metrics.

mod json_line;
mod log;
mod metrics;
mod operation;

pub use log::{LogError, install, subscriber};
pub use metrics::Metrics;
pub use operation::{OperationRecord, Recording};
pub use scim_egress::PathTemplate;

#[cfg(test)]
pub(crate) mod tests;
