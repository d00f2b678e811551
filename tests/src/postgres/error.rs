//! Why there is no server.

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The programs are not there and cannot be installed.
    #[error(
        "PostgreSQL is not installed and cannot be ({0}); install Debian's package `postgresql`, or have `initdb` in PATH"
    )]
    NotInstalled(String),
    /// A program could not be run.
    #[error("{program} cannot be run: {source}")]
    Run {
        /// Which.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: String,
        /// Its last words.
        output: String,
    },
    /// A file or directory could not be made.
    #[error("the server's directory cannot be prepared: {0}")]
    Directory(#[from] std::io::Error),
}
