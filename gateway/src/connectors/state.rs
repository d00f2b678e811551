//! The connector's small memory between operations, as the host sees it: the store implements it, one per instance.

use std::error::Error;
use std::fmt;
use std::future::ready;

use futures_util::future::BoxFuture;

/// Longest key that is kept, in bytes (`wit/state.wit`).
pub const MAX_KEY: usize = 256;
/// Longest value that is kept, in bytes (`wit/state.wit`).
pub const MAX_VALUE: usize = 64 << 10;

/// A few small values of one instance. It is a cache: what fails is logged, and the connector carries on without.
pub trait ConnectorState: Send + Sync + fmt::Debug {
    /// The value that was set last.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>>;
    /// Keeps a value. Key and value are within [`MAX_KEY`] and [`MAX_VALUE`].
    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> BoxFuture<'a, Result<(), StateError>>;
    /// Forgets a value.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateError>>;
}

/// Why a value could not be read or kept; for the log.
#[derive(Debug, thiserror::Error)]
#[error("the connector's state is not available")]
pub struct StateError(#[source] pub Box<dyn Error + Send + Sync>);

/// Remembers nothing: for probes and for checks that must leave no trace.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoState;

impl ConnectorState for NoState {
    fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>> {
        Box::pin(ready(Ok(None)))
    }

    fn set<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(ready(Ok(())))
    }

    fn delete<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(ready(Ok(())))
    }
}
