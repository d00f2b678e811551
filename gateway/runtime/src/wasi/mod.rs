//! WASI without access to anything, for components whose toolchain requires it (JavaScript, Python, wasip2).
//!
//! Threat: WASI gives access to files, the network, the environment and the process. Here its interfaces are linked, but nothing
//! is behind them: no directory is open, sockets and name lookups are denied, environment and arguments are empty, standard input
//! is at its end, and what the connector prints becomes lines of the operator's log, limited like all others. What remains is the
//! clock and random numbers.
//!
//! A connector may wait for its clock, and for nothing else. While it waits it does not compute, so it gives up its slot among
//! those that do (`waiting`).
//!
//! Every operation has its own context, created when the connector first uses it: connectors without WASI pay nothing.

mod closed;
mod permission;
mod printed;
mod waiting;

pub(crate) use closed::ClosedWasi;
pub(crate) use permission::is_linked;
pub use permission::{Wasi, WasiError};
pub(crate) use waiting::Waiting;
