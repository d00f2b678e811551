//! The store as the connectors' small memory.

use crate::connectors::{ConnectorState, StateError};
use crate::store::{StateSpace, StoreError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

impl ConnectorState for StateSpace {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>> {
        async move { Self::get(self, key).await.map_err(unavailable) }.boxed()
    }

    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        async move { Self::set(self, key, value).await.map_err(unavailable) }.boxed()
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        async move { Self::delete(self, key).await.map_err(unavailable) }.boxed()
    }
}

fn unavailable(error: StoreError) -> StateError {
    StateError(Box::new(error))
}
