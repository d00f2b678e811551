//! What instances share, and how much of it each may take.
//!
//! Threat: a tenant whose app answers slowly holds its places while it waits, and a tenant with large results its memory. A fixed
//! limit per instance does not help: two or three such tenants together still take everything. So there is one rule for both
//! ([`FairPool`]), under which there is always something left for an instance that has nothing.

mod fair_pool;
mod instance_share;
mod place;

pub(crate) use fair_pool::{FairPart, Taken};
pub use instance_share::InstanceShare;
pub(crate) use instance_share::Resources;
pub(crate) use place::NoPlace;
