//! Whether a request is admitted: who may call ([`Access`]) and how much runs at once ([`InFlight`]).
//!
//! Both are needed by whoever builds the instances and by the server, so they know nothing of HTTP answers.

mod access;
mod in_flight;

pub use access::{Access, AccessError};
pub use in_flight::{Busy, InFlight, Permit};
