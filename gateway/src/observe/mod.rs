//! What the operator sees: log lines, one line an operation, and metrics.

mod json_line;
mod log;
mod metrics;
mod operation;
mod path_template;

pub use log::{LogError, install, subscriber};
pub use metrics::Metrics;
pub use operation::{OperationRecord, Recording};
pub use path_template::PathTemplate;

#[cfg(test)]
pub(crate) mod tests;
