//! Stores and keys for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot open its store has failed")]

use crate::key::ResourceKey;
use crate::store::Store;
use crate::store_url::StoreUrl;
use tempfile::TempDir;

/// A new SQLite store in a folder of its own, which is removed when dropped.
///
/// # Panics
/// When the store cannot be opened.
pub async fn temporary() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::SqliteFile(folder.path().join("store.db"))).await.unwrap();
    (store, folder)
}

/// A user of the instance `acme`.
#[must_use]
pub fn user(id: &str) -> ResourceKey {
    ResourceKey { instance: "acme".to_owned(), resource_type: "User".to_owned(), id: id.to_owned() }
}
