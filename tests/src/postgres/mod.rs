//! A real PostgreSQL server for tests, with its data in a temporary directory and a free port on loopback. Nothing is left of it
//! when it is dropped or the process ends, even by a signal.
//!
//! The programs are the installed ones, or those of Debian's package `postgresql`, which is installed if `apt-get` may do so.
//! Otherwise [`PostgresError`] says what to do.

mod error;
mod install;
mod program;
mod server;

pub use error::PostgresError;
use program::output_of;
use server::{PASSWORD, Server, USER};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
    programs: PathBuf,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a server, which takes seconds, or longer if it must be installed first. Blocks.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn start() -> Result<Self, PostgresError> {
        let programs = install::programs()?;
        let server = Server::start(&programs)?;
        Ok(Self { server, programs, databases: AtomicU32::new(0) })
    }

    /// Creates an empty database and returns its URL, `postgres://user:password@127.0.0.1:port/name`.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn database(&self) -> Result<String, PostgresError> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{name}", self.server.port()))
    }

    /// Runs SQL as the superuser and returns the rows, with columns separated by `|`.
    ///
    /// # Errors
    /// [`PostgresError`] with the server's message.
    pub fn run(&self, database: &str, sql: &str) -> Result<String, PostgresError> {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        command.args(["--host=127.0.0.1", "--username", USER, "--dbname", database, "--command", sql]);
        command.arg(format!("--port={}", self.server.port())).env("PGPASSWORD", PASSWORD);
        output_of(&mut command)
    }
}
