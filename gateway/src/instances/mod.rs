//! The instances of a configuration: all of them are built and checked before any of them serves.

mod accounts;
mod build;
mod change;
mod connection;
mod context;
mod generation;
mod host;
mod hosted;
mod hosts;
mod instance_set;
mod known_host;
mod live;
mod load;
mod mapping;
mod review;
mod shared;
mod unfinished;
mod versions;
mod whole_file;

pub use accounts::ProvisionedAccounts;
pub use build::{Built, build};
pub use change::{Change, ChangeKind, HostChange, Subject};
pub use host::{Host, HostError};
pub use hosted::Hosted;
pub use hosts::Hosts;
pub use instance_set::InstanceSet;
pub use live::Live;
pub use shared::{Shared, SharedError};
pub use versions::{ActivatedVersion, Version, VersionError, Versions};
