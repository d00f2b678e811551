//! A real PostgreSQL server for tests: its own data in a temporary directory, its own port on loopback, and nothing of it left
//! when it is dropped or the process ends, however that ends.
//!
//! The programs are the installed ones, or Debian's package `postgresql`, which is installed where `apt-get` and the
//! rights for it are there. [`PostgresError`] says what to do where they are not.

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

/// A server that runs.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
    programs: PathBuf,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a server, which takes some seconds, and more where it must be installed first. Blocks.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn start() -> Result<Self, PostgresError> {
        let programs = install::programs()?;
        let server = Server::start(&programs)?;
        Ok(Self { server, programs, databases: AtomicU32::new(0) })
    }

    /// Makes an empty database; answers its URL, `postgres://user:password@127.0.0.1:port/name`.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn database(&self) -> Result<String, PostgresError> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{name}", self.server.port()))
    }

    /// Runs SQL as the superuser; answers the rows, columns separated by `|`.
    ///
    /// # Errors
    /// [`PostgresError`]; holds what the server said.
    pub fn run(&self, database: &str, sql: &str) -> Result<String, PostgresError> {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        command.args(["--host=127.0.0.1", "--username", USER, "--dbname", database, "--command", sql]);
        command.arg(format!("--port={}", self.server.port())).env("PGPASSWORD", PASSWORD);
        output_of(&mut command)
    }
}
