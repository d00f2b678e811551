//! Whether there is a store, without making one.

use crate::database::{Database, NEWEST, PATIENCE};
use crate::error::StoreError;
use crate::store_url::StoreUrl;
use sqlx::{Any, AnyConnection, Connection as _};
use std::io;
use tokio::time::timeout;

const TABLES_OF_SQLITE: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
const TABLES_OF_POSTGRES: &str = "SELECT COUNT(*) FROM information_schema.tables
    WHERE table_name = '_sqlx_migrations' AND table_schema = ANY(current_schemas(false))";

/// Whether a gateway has made its tables in the database, beside which it may run. Nothing is changed.
///
/// # Errors
/// A database that cannot be reached or written, and tables that a newer gateway has made.
pub async fn is_made(url: &StoreUrl) -> Result<bool, StoreError> {
    let tables = match url {
        StoreUrl::SqliteFile(path) => {
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let directory = directory.unwrap_or(std::path::Path::new("."));
            // A new file needs a directory in which one can be made, as do those that SQLite puts beside it.
            tempfile_in(directory)
                .map_err(|source| StoreError::Directory { directory: directory.to_owned(), source })?;
            if std::fs::metadata(path).is_ok_and(|found| found.len() == 0) || !path.exists() {
                return Ok(false);
            }
            TABLES_OF_SQLITE
        }
        StoreUrl::Postgres(_) => TABLES_OF_POSTGRES,
    };
    let cannot_open = |source| StoreError::Open { url: url.clone(), source };
    let looked = timeout(PATIENCE, async {
        let mut connection = Database::existing(url)?.connect().await.map_err(cannot_open)?;
        let newest = newest(&mut connection, tables).await?;
        connection.close().await?;
        Ok::<_, StoreError>(newest)
    });
    let slow =
        |_| cannot_open(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database does not answer")));
    match looked.await.map_err(slow)?? {
        Some(version) if version > NEWEST => Err(StoreError::Newer(url.clone())),
        newest => Ok(newest.is_some()),
    }
}

/// The newest migration of the tables; `None` where there are no tables.
async fn newest(connection: &mut AnyConnection, tables: &'static str) -> Result<Option<i64>, StoreError> {
    let count: i64 = sqlx::query_scalar::<Any, i64>(tables).fetch_one(&mut *connection).await?;
    if count == 0 {
        return Ok(None);
    }
    let newest = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations";
    Ok(Some(sqlx::query_scalar::<Any, i64>(newest).fetch_one(connection).await?).filter(|version| *version > 0))
}

/// Fails where no file can be made.
fn tempfile_in(directory: &std::path::Path) -> io::Result<()> {
    let path = directory.join(format!(".scim-gateway-{}", std::process::id()));
    let made = crate::database::private(&path).map(drop);
    // It may be another check's, which has removed it already.
    let _ = std::fs::remove_file(path);
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::temporary;

    #[tokio::test]
    async fn a_store_is_found_and_none_is_made() {
        let (store, folder) = temporary().await;
        let at = |name: &str| StoreUrl::SqliteFile(folder.path().join(name));
        assert!(is_made(&at("store.db")).await.unwrap(), "while it is in use");
        store.close().await;
        assert!(is_made(&at("store.db")).await.unwrap());
        assert!(!is_made(&at("stor.db")).await.unwrap());
        assert!(!folder.path().join("stor.db").exists());
        std::fs::write(folder.path().join("empty.db"), "").unwrap();
        assert!(!is_made(&at("empty.db")).await.unwrap());
        std::fs::write(folder.path().join("other.db"), "something that is not a database at all").unwrap();
        assert!(is_made(&at("other.db")).await.is_err());
        let error = is_made(&at("absent/store.db")).await.unwrap_err().to_string();
        assert!(error.contains("absent"), "{error}");
    }
}
