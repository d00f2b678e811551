//! The URL of the store's database.
//!
//! Threat: a database's URL may contain a password, and URLs travel in logs and error messages. So the whole URL is a secret and only
//! a form without password and parameters is ever shown. The password need not be in the file at all: as with PostgreSQL's own
//! programs it may come from `PGPASSWORD` or a password file (`PGPASSFILE`, `~/.pgpass`).

use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

/// A database: `sqlite:PATH`, or `postgres://user:password@host:port/database` when there is more than one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// An SQLite file, created when missing; one gateway uses it at a time.
    SqliteFile(PathBuf),
    /// A PostgreSQL database, which any number of gateways share.
    Postgres(PostgresUrl),
}

/// The URL of a PostgreSQL database, as libpq reads it. The gateway speaks no TLS to it: `sslmode=require` and stricter fail
/// at connecting, and a database beyond a trusted network is reached through a tunnel or a local proxy.
#[derive(Clone)]
pub struct PostgresUrl {
    whole: SecretString,
    shown: String,
}

/// Why a text is not a store's URL. Only what cannot be secret is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreUrlError {
    /// An unknown kind of database; contains the text up to its first colon.
    #[error(
        "`{0}` is not a store; write \"sqlite:scim-gateway.db\" (a path) or \"postgres://user@host/database\" (the password may \
         follow the user or be in PGPASSWORD)"
    )]
    Scheme(String),
    /// `sqlite:` without the path of a file.
    #[error("`sqlite:` must be followed by a file path without parameters; in-memory databases are unsupported")]
    Path,
    /// An invalid PostgreSQL URL.
    #[error("invalid PostgreSQL URL ({0}); write \"postgres://user:password@host:port/database\"")]
    Postgres(&'static str),
}

impl PostgresUrl {
    /// The URL with its password: for connecting only.
    pub fn expose(&self) -> &str {
        self.whole.expose_secret()
    }
}

impl FromStr for PostgresUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        // The parser's own messages are static and repeat nothing of the URL.
        let mut url = Url::parse(text).map_err(|_| StoreUrlError::Postgres("it is not a URL"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(StoreUrlError::Postgres("the scheme must be `postgres`"));
        }
        let by_parameter = url.query_pairs().any(|(name, _)| matches!(&*name, "host" | "hostaddr"));
        if url.host_str().is_none_or(str::is_empty) && !by_parameter {
            return Err(StoreUrlError::Postgres("the host is missing"));
        }
        let whole = SecretString::from(url.as_str());
        url.set_query(None);
        url.set_fragment(None);
        if url.password().is_some() && url.set_password(None).is_err() {
            return Err(StoreUrlError::Postgres("a password needs a host"));
        }
        Ok(Self { whole, shown: url.into() })
    }
}

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for PostgresUrl {}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        let scheme = text.split_once(':').map_or(text, |(scheme, _)| scheme);
        match scheme {
            "postgres" | "postgresql" => text.parse().map(Self::Postgres),
            "sqlite" => {
                let path = text.strip_prefix("sqlite:").unwrap_or_default();
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() || path == ":memory:" || path.contains(['?', '\0']) {
                    return Err(StoreUrlError::Path);
                }
                Ok(Self::SqliteFile(path.into()))
            }
            _ => Err(StoreUrlError::Scheme(scheme.to_owned())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_an_sqlite_file() {
        for (text, expected) in [("sqlite:a.db", "a.db"), ("sqlite:///var/lib/a.db", "/var/lib/a.db")] {
            assert_eq!(text.parse(), Ok(StoreUrl::SqliteFile(expected.into())), "{text}");
        }
    }

    #[test]
    fn or_a_postgresql_database_that_is_shown_without_its_secrets() {
        for (text, shown) in [
            ("postgres://gateway:s3cr3t@db.example:5433/scim", "postgres://gateway@db.example:5433/scim"),
            ("postgresql://gateway@[::1]/scim?password=s3cr3t", "postgresql://gateway@[::1]/scim"),
            ("postgres:///scim?host=/run/postgresql&password=s3cr3t", "postgres:///scim"),
        ] {
            let url: StoreUrl = text.parse().expect(text);
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), format!("Postgres({shown})")));
            assert!(matches!(&url, StoreUrl::Postgres(url) if url.expose() == text));
        }
    }

    #[test]
    fn what_is_neither_is_refused_without_being_repeated() {
        for text in [
            "",
            "a.db",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a.db?mode=ro",
            "mysql://user:s3cr3t@host/db",
            "postgres://user:s3cr3t@",
            "postgres://user:s3cr3t@host:port/db",
            "postgres:s3cr3t",
        ] {
            let error = text.parse::<StoreUrl>().expect_err(text);
            assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
        }
    }
}
