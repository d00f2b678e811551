//! The instances of a configuration: all of them are built and checked before any of them serves.

mod accounts;
mod build;
mod change;
mod connection;
mod context;
mod generation;
mod hosted;
mod instance_set;
mod live;
mod load;
mod mapping;
mod review;
mod shared;
mod versions;

pub use accounts::ProvisionedAccounts;
pub use build::{Built, build};
pub use change::{Change, ChangeKind, Subject};
pub use hosted::Hosted;
pub use instance_set::InstanceSet;
pub use live::Live;
pub use shared::{Shared, SharedError};
pub use versions::{ActivatedVersion, Version, VersionError, Versions};
