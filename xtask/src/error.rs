//! Why a command failed.

use crate::layout::LayoutError;
use scim_gateway_tests::artifacts::BuildError;
use scim_gateway_tests::bench::durability::BenchError;
use scim_gateway_tests::bench::isolation::IsolationError;
use scim_gateway_tests::bench::lists::ListError;
use scim_gateway_tests::bench::parts::PartsError;
use scim_gateway_tests::bench::reload::ReloadError;
use scim_gateway_tests::bench::start::StartError;
use scim_gateway_tests::bench::throughput::ThroughputError;
use scim_gateway_tests::conformance::ConformanceError;
use scim_gateway_tests::conversation::LoadError;
use scim_gateway_tests::mutations::MutationError;
use scim_gateway_tests::system::SystemError;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    System(#[from] SystemError),
    #[error(transparent)]
    Bench(#[from] BenchError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error(transparent)]
    Lists(#[from] ListError),
    #[error(transparent)]
    Mutations(#[from] MutationError),
    #[error(transparent)]
    Conformance(#[from] ConformanceError),
    #[error(transparent)]
    Isolation(#[from] IsolationError),
    #[error(transparent)]
    Parts(#[from] PartsError),
    #[error(transparent)]
    Reload(#[from] ReloadError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Throughput(#[from] ThroughputError),
    #[error(transparent)]
    Conversation(#[from] LoadError),
    #[error("`rustc -vV` does not name this platform")]
    NoHost,
    #[error("cannot write {path}: {source}")]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("the gateway stopped unexpectedly ({0}); its log is {1}")]
    GatewayEnded(String, PathBuf),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
