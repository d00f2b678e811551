//! Whether a request is admitted: who may call ([`Access`]) and how much runs at once ([`InFlight`]).
//!
//! Both are used by the code that builds the instances and by the server, so they do not depend on HTTP responses.

mod access;
mod in_flight;

pub use access::{Access, AccessError};
pub use in_flight::{Busy, InFlight, Permit};
