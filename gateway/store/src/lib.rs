//! Everything the gateway must remember, in SQLite or PostgreSQL: attributes that an app cannot store, references to resources that
//! do not exist yet, data that an app destroys (inactive accounts, their ids, requested group memberships), the connectors' small
//! state, guard rail counters, and the provisioning log.
//!
//! Each table has one module with its reads, its writes and its SQL. All writes go through one task ([`writer`]) that commits
//! whatever is waiting in one transaction and acknowledges it afterwards: durability does not cost one fsync per request.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod awaited;
mod batch;
mod bindings;
mod claim;
mod counts;
mod database;
mod error;
mod folded;
mod generation;
mod groups;
mod health;
mod holding;
mod inactive;
mod inactive_resource;
mod index;
mod kept;
mod key;
mod log;
mod memberships;
mod message;
mod open;
mod probe;
mod purge;
mod rail_write;
mod rails;
mod reader;
mod record;
mod retention;
mod row_fault;
mod secret;
mod serving;
mod slots;
mod snapshot;
mod space;
mod state;
mod statement;
mod store;
mod store_url;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
mod write;
mod writer;

pub use awaited::Awaited;
pub use counts::{DropReason, StoreCounts};
pub use error::StoreError;
pub use generation::Generation;
pub use holding::Holding;
pub use inactive_resource::{Inactive, Phase};
pub use kept::KeptValue;
pub use key::{GroupKey, ResourceKey};
pub use log::entry::{LogEntry, LoggedCall, Matching};
pub use log::limits::LogLimits;
pub use log::read::{LogFilter, read_log};
pub use memberships::Wanted;
pub use probe::is_made;
pub use purge::{Held, purge, read_holdings};
pub use rail_write::{Deactivated, RailWrite};
pub use rails::{RailRow, RailState, lift_rail, read_rails};
pub use snapshot::snapshot;
pub use state::StateSpace;
pub use store::Store;
pub use store_url::{PostgresUrl, StoreUrl, StoreUrlError};
pub use write::{StandingWrite, Write};
