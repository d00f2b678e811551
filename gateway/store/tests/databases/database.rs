//! The databases that every test runs on.

use scim_gateway_tests::postgres::{Postgres, PostgresError};
use scim_store::{ResourceKey, Store, StoreUrl, Write};
use serde_json::Value;
use std::sync::LazyLock;
use tempfile::TempDir;

/// One server for all tests, a database for each; it ends with the process.
static SERVER: LazyLock<Result<Postgres, PostgresError>> = LazyLock::new(Postgres::start);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// An empty database. Dropping it removes what is a file.
pub(crate) struct Place {
    /// With password, as `StoreUrl` reads it.
    pub(crate) url: String,
    _folder: TempDir,
}

impl Database {
    pub(crate) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) fn place(self) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let url = match self {
            // Names that a URL would have to escape are names of files all the same.
            Self::Sqlite => format!("sqlite:{}", folder.path().join("a store%20#1.db").display()),
            Self::Postgres => server().database().unwrap(),
        };
        Place { url, _folder: folder }
    }

    pub(crate) async fn store(self) -> (Store, Place) {
        let place = self.place();
        (place.open().await, place)
    }
}

impl Place {
    pub(crate) fn store_url(&self) -> StoreUrl {
        self.url.parse().unwrap()
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.store_url()).await.unwrap()
    }

    /// The database's name on the server.
    pub(crate) fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }
}

pub(crate) fn server() -> &'static Postgres {
    SERVER.as_ref().unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn user(id: &str) -> ResourceKey {
    ResourceKey { instance: "acme".to_owned(), resource_type: "User".to_owned(), id: id.to_owned() }
}

pub(crate) fn keep(id: &str, slot: &str, value: impl Into<Value>) -> Write {
    Write::Keep { resource: user(id), slot: slot.to_owned(), value: value.into(), app: None }
}
