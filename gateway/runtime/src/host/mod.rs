//! What a connector may ask of the host: the imports of the contract, and nothing else.
//!
//! Threats: a flood of log lines, forged lines (line breaks), unlimited calls to the app or calls from a value transform, state
//! that grows without bound. Each is limited here, per operation.

mod app;
mod host_state;
mod kept_state;
mod log;
mod wasi;

pub(crate) use host_state::HostState;
pub(crate) use wasi::link as link_wasi;
