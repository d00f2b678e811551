//! A real PostgreSQL server for tests: its own data in a temporary directory, its own port on loopback, and nothing of it left
//! when it is dropped or the process ends, however that ends.
//!
//! The programs are the installed ones, or Debian's package `postgresql`, which is installed where `apt-get` and the
//! rights for it are there. [`PostgresError`] says what to do where they are not.

mod install;
mod server;

use server::Server;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The superuser of the servers.
const USER: &str = "gateway";
/// Its password: connections are authenticated as in production.
const PASSWORD: &str = "for-tests-on-loopback-only";

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

/// Runs a program to its end; its output, or its last words.
fn output_of(command: &mut Command) -> Result<String, PostgresError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(std::process::Stdio::null()).output() {
        Ok(output) => output,
        Err(source) => return Err(PostgresError::Run { program, source }),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.trim().lines().collect();
    let last = lines.get(lines.len().saturating_sub(8)..).unwrap_or_default();
    Err(PostgresError::Failed { program, output: format!("{} {}", output.status, last.join("; ")) })
}
