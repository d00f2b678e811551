//! Why there is no server.

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The programs are missing and cannot be installed.
    #[error(
        "PostgreSQL is missing and cannot be installed ({0}); install Debian's package `postgresql`, or put `initdb` on the PATH"
    )]
    NotInstalled(String),
    /// A program could not be run.
    #[error("cannot run {program}: {source}")]
    Run {
        /// Which.
        program: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// A program failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: String,
        /// The end of its output.
        output: String,
    },
    /// A file or directory could not be created.
    #[error("cannot prepare the server's directory: {0}")]
    Directory(#[from] std::io::Error),
}
