//! Connecting to the database and migrating its tables. SQLite and PostgreSQL share every statement and every migration; the
//! differences between them are here, in [`crate::claim`], in [`crate::index`] and in [`crate::row_fault`].

use crate::error::StoreError;
use crate::folded::fold_old;
use crate::store_url::StoreUrl;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, ConnectOptions as _, Connection as _, Executor as _, SqlStr};
use std::borrow::Cow;
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "what is remembered", include_str!("../migrations/0001_remembered.sql")),
    (2, "bounded indexes", include_str!("../migrations/0002_bounded_indexes.sql")),
    (3, "provisioning log", include_str!("../migrations/0003_provisioning_log.sql")),
    (4, "what apps destroy", include_str!("../migrations/0004_standing.sql")),
    (5, "secrets", include_str!("../migrations/0005_secret.sql")),
    (6, "guard rails", include_str!("../migrations/0006_guard_rails.sql")),
    (7, "bounds of the log", include_str!("../migrations/0007_log_bounds.sql")),
    (8, "generations", include_str!("../migrations/0008_generations.sql")),
    (9, "folded values", include_str!("../migrations/0009_folded.sql")),
    (10, "what was ignored", include_str!("../migrations/0010_log_ignored.sql")),
];

/// The newest migration.
pub(crate) const NEWEST: i64 = 10;

/// The most concurrent readers; the writer has a connection of its own.
const READERS: u32 = 8;
/// How long a reader waits for a connection: clients give up after some 30 seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// A connection that was idle for longer is pinged before its next use; pinging each time would double the round trips.
const FRESH: Duration = Duration::from_secs(1);

/// What a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A power failure: what the gateway must remember waits for the disk.
    Disk,
    /// A crash of the gateway: rows of the provisioning log alone do not make anybody wait for the disk.
    Process,
}

/// WAL lets readers continue while the writer commits. Connections start with [`Durability::Disk`].
const SQLITE_SESSION: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
/// A server may be configured to acknowledge a commit before it is on the disk; the gateway's promises need it there.
const POSTGRES_SESSION: &str = "SELECT set_config('application_name', 'scim-gateway', false);
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Characters that are not escaped in a URL's path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Readable by the gateway's own user only: a store contains people's names and addresses.
const PRIVATE: u32 = 0o600;

/// How to connect to a database.
#[derive(Clone)]
pub(crate) struct Database {
    url: StoreUrl,
    options: AnyConnectOptions,
    session: &'static str,
}

impl Database {
    /// The database at `url`; an SQLite file is created when missing. SQLite gives the files beside it the same mode.
    pub(crate) fn create(url: &StoreUrl) -> Result<Self, StoreError> {
        if let StoreUrl::SqliteFile(path) = url {
            private(path).map_err(|error| StoreError::Open { url: url.clone(), source: sqlx::Error::Io(error) })?;
        }
        Self::existing(url)
    }

    /// The database at `url`, which must exist.
    pub(crate) fn existing(url: &StoreUrl) -> Result<Self, StoreError> {
        install_default_drivers();
        let (text, session) = match url {
            StoreUrl::SqliteFile(path) if !path.exists() => return Err(StoreError::Absent(path.clone())),
            StoreUrl::SqliteFile(path) => {
                let path = percent_encode(path.as_os_str().as_bytes(), PATH);
                (format!("sqlite:{path}?mode=rw"), SQLITE_SESSION)
            }
            StoreUrl::Postgres(url) => (url.expose().to_owned(), POSTGRES_SESSION),
        };
        let options = text.parse().map_err(|source| StoreError::Open { url: url.clone(), source })?;
        Ok(Self { url: url.clone(), options, session })
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        connection.execute(self.session).await?;
        Ok(connection)
    }

    /// The SQL that gives a connection's next transactions this durability.
    pub(crate) const fn making(&self, durability: Durability) -> &'static str {
        match (&self.url, durability) {
            (StoreUrl::SqliteFile(_), Durability::Disk) => "PRAGMA synchronous = FULL",
            // The write-ahead log is written at each commit and synced at the next checkpoint.
            (StoreUrl::SqliteFile(_), Durability::Process) => "PRAGMA synchronous = NORMAL",
            (StoreUrl::Postgres(_), Durability::Disk) => {
                "RESET synchronous_commit;
                 SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
            }
            (StoreUrl::Postgres(_), Durability::Process) => "SET synchronous_commit TO off",
        }
    }

    /// Migrates the tables. On PostgreSQL this takes an advisory lock, so gateways that start together take turns; an SQLite database
    /// belongs to one gateway.
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = self.connect().await.map_err(|source| self.cannot_open(source))?;
        let migrations = MIGRATIONS.iter().map(|&(version, description, sql)| {
            Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, SqlStr::from_static(sql), false)
        });
        Migrator::with_migrations(migrations.collect()).run(&mut connection).await?;
        fold_old(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Opens connections for reading.
    pub(crate) async fn readers(&self) -> Result<AnyPool, StoreError> {
        let session = self.session;
        let pool = AnyPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, age| {
                Box::pin(async move {
                    if age.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| Box::pin(async move { connection.execute(session).await.map(drop) }));
        pool.connect_with(self.options.clone()).await.map_err(|source| self.cannot_open(source))
    }

    fn cannot_open(&self, source: sqlx::Error) -> StoreError {
        StoreError::Open { url: self.url.clone(), source }
    }
}

/// Opens a file for writing; a new one is [`PRIVATE`].
pub(crate) fn private(path: &Path) -> std::io::Result<File> {
    File::options().create(true).truncate(false).write(true).mode(PRIVATE).open(path)
}

#[cfg(test)]
mod tests {
    use crate::testing::{temporary, user};
    use crate::write::Write;
    use std::os::unix::fs::PermissionsExt as _;

    #[tokio::test]
    async fn nobody_else_can_read_the_files_of_a_new_store() {
        let (store, folder) = temporary().await;
        let keep = Write::Keep { resource: user("1"), slot: "title".to_owned(), value: "x".into(), app: None };
        store.commit(vec![keep]).await.unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        let modes: Vec<(String, u32)> = files
            .map(|file| {
                let mode = file.metadata().unwrap().permissions().mode();
                (file.file_name().into_string().unwrap(), mode & 0o777)
            })
            .collect();
        assert!(modes.len() >= 3, "{modes:?}");
        assert!(modes.iter().all(|(_, mode)| *mode == super::PRIVATE), "{modes:?}");
    }
}
