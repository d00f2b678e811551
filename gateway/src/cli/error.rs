//! Why a command failed.

use super::confirm_host_error::ConfirmHostError;
use super::recorded::RecordedError;
use super::rollback_error::RollbackError;
use scim_gateway::config::{ConfigErrors, StoreUrl};
use scim_gateway::instances::SharedError;
use scim_gateway::observe::LogError;
use scim_gateway::reload::WatchError;
use scim_gateway::store::StoreError;
use std::io;
use std::path::PathBuf;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    #[error("cannot listen on {0}: {1}; set `listen` in [server] to another address")]
    Listen(std::net::SocketAddr, io::Error),
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    #[error(transparent)]
    Open(SharedError),
    #[error("there is no [instances.{0}] in the configuration; configured instances: {1}")]
    UnknownInstance(String, String),
    #[error("the connector {path} cannot be used: {1}", path = .0.display())]
    Connector(PathBuf, String),
    #[error(
        "there is no store at `{url}`, and this gateway had one at `{before}`: correct `url` in [store], or run `scim-gateway store create` \
         to begin with an empty one"
    )]
    LostStore { url: StoreUrl, before: String },
    #[error(transparent)]
    Recorded(#[from] RecordedError),
    #[error(transparent)]
    Watch(#[from] WatchError),
    #[error(transparent)]
    Rollback(Box<RollbackError>),
    #[error(transparent)]
    ConfirmHost(#[from] ConfirmHostError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Rails(String),
    #[error("`--since` is out of range: {0}")]
    Since(jiff::Error),
    #[error("the operating system provides no random numbers: {0}")]
    Random(String),
    #[error("the shutdown cut off {0} running operations")]
    CutOff(usize),
    /// The command has already printed what is wrong.
    #[error("")]
    Reported,
}

impl From<RollbackError> for CommandError {
    fn from(error: RollbackError) -> Self {
        Self::Rollback(Box::new(error))
    }
}
