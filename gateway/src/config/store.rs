//! `[store]`: where the gateway remembers what apps cannot.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::table::Table;

/// A database: `sqlite:PATH`, or `sqlite::memory:` which forgets everything at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// An SQLite file, created when missing.
    SqliteFile(PathBuf),
    /// An SQLite database in memory.
    SqliteMemory,
}

/// Why a text is not a store's URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a store; write \"sqlite:scim-gateway.db\" (a path) or \"sqlite::memory:\"")]
pub struct StoreUrlError(String);

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        // Only the scheme is repeated: what follows may hold a password.
        let error = || StoreUrlError(text.split_once(':').map_or(text, |(scheme, _)| scheme).to_owned());
        let path = text.strip_prefix("sqlite:").ok_or_else(error)?;
        match path.strip_prefix("//").unwrap_or(path) {
            ":memory:" => Ok(Self::SqliteMemory),
            path if path.is_empty() || path.contains(['?', '\0']) => Err(error()),
            path => Ok(Self::SqliteFile(path.into())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "sqlite:{}", path.display()),
            Self::SqliteMemory => f.write_str("sqlite::memory:"),
        }
    }
}

/// The `[store]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The database; a relative file stands beside the configuration.
    pub url: StoreUrl,
}

impl Store {
    pub(super) fn read(table: Option<Table<'_>>, directory: &Path) -> Self {
        let url = table.and_then(|table| {
            let url = table.text("url");
            table.finish();
            url
        });
        let url = match url.unwrap_or_else(|| StoreUrl::SqliteFile("scim-gateway.db".into())) {
            StoreUrl::SqliteFile(path) => StoreUrl::SqliteFile(directory.join(path)),
            memory @ StoreUrl::SqliteMemory => memory,
        };
        Self { url }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_an_sqlite_file_or_memory() {
        for (text, expected) in [
            ("sqlite:a.db", StoreUrl::SqliteFile("a.db".into())),
            ("sqlite:///var/lib/a.db", StoreUrl::SqliteFile("/var/lib/a.db".into())),
            ("sqlite::memory:", StoreUrl::SqliteMemory),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", "a.db", "sqlite:", "sqlite:a.db?mode=ro", "postgres://user:secret@host/db"] {
            let error = text.parse::<StoreUrl>().expect_err(text).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
