//! One server process with its data.
//!
//! A shell stands between this process and the server and waits for its own input to end: that happens when
//! the server is dropped, and also when this process is killed, so no server and no data outlive the test.

use super::error::PostgresError;
use super::program::output_of;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use tempfile::TempDir;

/// The superuser of the servers.
pub(super) const USER: &str = "gateway";
/// Its password: connections are authenticated as in production.
pub(super) const PASSWORD: &str = "for-tests-on-loopback-only";
/// PostgreSQL refuses to run as root; the first of these that exists runs it then.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];
/// Another process may take a free port before the server does.
const ATTEMPTS: u32 = 5;
/// What the server says when it can be used.
const READY: &str = "database system is ready to accept connections";
/// `$0` is the data's directory, the arguments are the server's command.
const GUARD: &str = r#"trap : INT TERM HUP; "$@" & read -r _; kill -QUIT $!; wait $!; rm -rf -- "$0""#;

#[derive(Debug)]
pub(super) struct Server {
    port: u16,
    guard: Child,
    /// Ending it ends the server.
    input: Option<ChildStdin>,
}

impl Server {
    pub(super) fn start(programs: &Path) -> Result<Self, PostgresError> {
        let mut attempt = 1;
        loop {
            match Self::attempt(programs) {
                Err(PostgresError::Failed { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn attempt(programs: &Path) -> Result<Self, PostgresError> {
        let directory = TempDir::with_prefix("postgres-")?;
        let user = Unprivileged::choose(directory.path())?;
        let data = directory.path().join("data");
        let password = directory.path().join("password");
        std::fs::write(&password, PASSWORD)?;
        let mut initdb = user.command(&programs.join("initdb"));
        initdb.args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync", "--username", USER]);
        initdb.arg("--pwfile").arg(&password).arg("--pgdata").arg(&data).current_dir(directory.path());
        output_of(&mut initdb)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut server = user.command(&programs.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(directory.path());
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "logging_collector=off", "-c"]);
        server.arg(format!("port={port}"));
        // The guard removes the directory.
        guarded(&server, &directory.keep(), port)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.guard.wait();
    }
}

/// Starts the command under its guard and waits until the server is ready.
fn guarded(server: &Command, directory: &Path, port: u16) -> Result<Server, PostgresError> {
    let mut guard = Command::new("sh");
    guard.arg("-c").arg(GUARD).arg(directory).arg(server.get_program()).args(server.get_args());
    guard.env("LC_ALL", "C").current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut guard = guard.spawn().map_err(|source| PostgresError::Run { program: "sh".to_owned(), source })?;
    let (input, words) = (guard.stdin.take(), guard.stderr.take());
    let server = Server { port, guard, input };
    let mut said = Vec::new();
    if let Some(words) = words {
        let mut words = BufReader::new(words);
        let mut line = String::new();
        // A server that cannot start says why and ends; its guard would wait for us.
        while words.read_line(&mut line)? > 0 {
            if line.contains(READY) {
                // A full pipe would stop the server.
                std::thread::spawn(move || std::io::copy(&mut words, &mut std::io::sink()));
                return Ok(server);
            }
            let fatal = line.contains("FATAL");
            said.push(std::mem::take(&mut line));
            if fatal {
                break;
            }
        }
    }
    Err(PostgresError::Failed { program: "postgres".to_owned(), output: said.concat() })
}

/// Who runs the programs: whoever runs the tests, unless that is root. Holds the ids of user and group.
struct Unprivileged(Option<(u32, u32)>);

impl Unprivileged {
    /// Chooses, and gives `directory` to the chosen one.
    fn choose(directory: &Path) -> Result<Self, PostgresError> {
        if std::fs::metadata(directory)?.uid() != 0 {
            return Ok(Self(None));
        }
        let id = |option: &str, name: &str| output_of(Command::new("id").arg(option).arg(name)).ok()?.parse().ok();
        let ids = UNPRIVILEGED.iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
        let Some((user, group)) = ids else {
            let output =
                format!("PostgreSQL does not run as root, and there is none of the users {}", UNPRIVILEGED.join(", "));
            return Err(PostgresError::Failed { program: "id".to_owned(), output });
        };
        chown(directory, Some(user), Some(group))?;
        Ok(Self(Some((user, group))))
    }

    fn command(&self, program: &Path) -> Command {
        let Some((user, group)) = self.0 else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]).arg(program);
        command
    }
}
