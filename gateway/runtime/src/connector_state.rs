//! A connector's key-value state between operations; the gateway implements it on its store, one per instance.

use futures_util::future::BoxFuture;
use std::error::Error;
use std::fmt;
use std::future::ready;

/// The longest key, in bytes (`wit/state.wit`).
pub const MAX_KEY: usize = 256;
/// The longest value, in bytes (`wit/state.wit`).
pub const MAX_VALUE: usize = 64 << 10;

/// A few small values of one instance. It is a cache: errors are logged, and the connector continues without the value.
pub trait ConnectorState: Send + Sync + fmt::Debug {
    /// The last value that was set.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>>;
    /// Stores a value. Key and value are within [`MAX_KEY`] and [`MAX_VALUE`].
    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> BoxFuture<'a, Result<(), StateError>>;
    /// Deletes a value.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateError>>;
}

/// Why a value could not be read or stored; for the connector's lines in the log.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The store failed.
    #[error("the connector's state is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The value is refused, because the state has grown to what it may be.
    #[error("the value was not stored: {0}")]
    Full(#[source] Box<dyn Error + Send + Sync>),
}

/// Stores nothing: for probes and for checks that must leave no trace.
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
