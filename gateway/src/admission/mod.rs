//! Whether a request is admitted: who may call ([`Access`]), how often somebody may fail to ([`TokenFailures`]), how much runs at
//! once ([`InFlight`]), and how much of that computes ([`Lanes`]).
//!
//! All are used by the code that builds the instances and by the server, so they do not depend on HTTP responses.

mod access;
mod in_flight;
mod lanes;
mod peer;
mod proxies;
mod rate;
mod token_failures;

pub use access::{Access, AccessError};
pub use in_flight::{Busy, InFlight, Permit};
pub use lanes::Lanes;
pub use peer::Peer;
pub use proxies::Proxies;
pub use rate::{Rate, Rates};
pub use token_failures::{Failure, NameInUrl, TokenFailures};
