//! What a connector remembers between operations, in the store.

use crate::connectors::{ConnectorState, StateError};
use crate::store::{StateSpace, StoreError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

/// A connector's part of the store.
#[derive(Debug)]
pub(super) struct StoredState(pub(super) StateSpace);

impl ConnectorState for StoredState {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>> {
        async move { self.0.get(key).await.map_err(unavailable) }.boxed()
    }

    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        async move { self.0.set(key, value).await.map_err(unavailable) }.boxed()
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        async move { self.0.delete(key).await.map_err(unavailable) }.boxed()
    }
}

fn unavailable(error: StoreError) -> StateError {
    match error {
        full @ (StoreError::StateFull { .. } | StoreError::StateNames { .. }) => StateError::Full(Box::new(full)),
        error => StateError::Unavailable(Box::new(error)),
    }
}
