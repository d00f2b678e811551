//! The real gateway binary as a child process: started on a free port, ready when it says so, stopped as an operator stops it.

mod config;

use crate::http::{Http, HttpRequest};
pub use config::{ConfigError, GatewayConfig, InstanceConfig, token_hash};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep, timeout};

/// Compiling a connector at first sight takes seconds on a slow machine; longer than this is a fault.
const START_LIMIT: Duration = Duration::from_secs(120);

/// A graceful stop finishes what runs; the gateway itself gives up after a minute.
const STOP_LIMIT: Duration = Duration::from_secs(70);

/// How often readiness is asked for.
const PROBE_PAUSE: Duration = Duration::from_millis(25);

/// What the first line of standard output begins with; the gateway's URL follows.
const ANNOUNCEMENT: &str = "scim-gateway listens on ";

/// Lines that wait for a listener; a slower one misses the oldest.
const LINES_KEPT: usize = 1024;

/// A running gateway. Dropping it kills it; [`GatewayProcess::stop`] is the orderly way.
#[derive(Debug)]
pub struct GatewayProcess {
    child: Child,
    url: String,
    lines: broadcast::Sender<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("{binary} cannot be started: {source}")]
    NotStarted { binary: PathBuf, source: io::Error },
    #[error("the gateway's log {path} cannot be written: {source}")]
    NoLog { path: PathBuf, source: io::Error },
    #[error("the gateway ended before it was ready; it said:\n{said}")]
    Ended { said: String },
    #[error("the gateway was not ready within {} s; it said:\n{said}", START_LIMIT.as_secs())]
    NotReady { said: String },
    #[error("the gateway cannot be told to stop: {0}")]
    NotStopped(io::Error),
    #[error("the gateway did not stop within {} s and was killed", STOP_LIMIT.as_secs())]
    StillRunning,
}

impl GatewayProcess {
    /// Runs `scim-gateway serve --config CONFIG` and waits until it is ready. What it says goes to the file `log`.
    pub async fn start(binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        Self::start_by(Command::new(binary), &[], binary, config, log).await
    }

    /// As [`Self::start`], with `--watch`: it reloads what is written.
    pub async fn start_watching(binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        Self::start_by(Command::new(binary), &["--watch"], binary, config, log).await
    }

    /// As [`Self::start`], on one core of the machine.
    pub async fn start_on(core: usize, binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &core.to_string()]).arg(binary);
        Self::start_by(command, &[], binary, config, log).await
    }

    async fn start_by(
        mut command: Command,
        options: &[&str],
        binary: &Path,
        config: &Path,
        log: &Path,
    ) -> Result<Self, GatewayError> {
        let no_log = |source| GatewayError::NoLog { path: log.to_owned(), source };
        let file = std::fs::File::create(log).map_err(no_log)?;
        let mut child = command
            .arg("serve")
            .arg("--config")
            .arg(config)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file.try_clone().map_err(no_log)?)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| GatewayError::NotStarted { binary: binary.to_owned(), source })?;
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        let deadline = Instant::now() + START_LIMIT;
        let lines = broadcast::Sender::new(LINES_KEPT);
        let url = match child.stdout.take() {
            None => None,
            Some(output) => timeout(START_LIMIT, announced(BufReader::new(output).lines(), file, lines.clone()))
                .await
                .map_err(|_| GatewayError::NotReady { said: said() })?,
        };
        let url = url.ok_or_else(|| GatewayError::Ended { said: said() })?;
        let mut gateway = Self { child, url, lines };
        let http = Http::default();
        while !gateway.is_ready(&http).await {
            if gateway.child.try_wait().ok().flatten().is_some() {
                return Err(GatewayError::Ended { said: said() });
            }
            if Instant::now() > deadline {
                return Err(GatewayError::NotReady { said: said() });
            }
            sleep(PROBE_PAUSE).await;
        }
        Ok(gateway)
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it prints on its standard output from here on: what became of each save, when it watches its files.
    pub fn lines(&self) -> broadcast::Receiver<String> {
        self.lines.subscribe()
    }

    /// Resolves when the gateway ends by itself.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks it to stop, as an operator does, and waits until it has.
    pub async fn stop(mut self) -> Result<ExitStatus, GatewayError> {
        if let Some(status) = self.child.try_wait().map_err(GatewayError::NotStopped)? {
            return Ok(status);
        }
        self.terminate().map_err(GatewayError::NotStopped)?;
        match timeout(STOP_LIMIT, self.child.wait()).await {
            Ok(status) => status.map_err(GatewayError::NotStopped),
            Err(_) => {
                self.child.kill().await.map_err(GatewayError::NotStopped)?;
                Err(GatewayError::StillRunning)
            }
        }
    }

    async fn is_ready(&self, http: &Http) -> bool {
        let answer = http.send(HttpRequest::new("GET", format!("{}/readyz", self.url))).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Asks it to read its configuration again (SIGHUP).
    #[cfg(unix)]
    pub fn hang_up(&self) -> io::Result<()> {
        self.signal(rustix::process::Signal::HUP)
    }

    #[cfg(unix)]
    fn terminate(&mut self) -> io::Result<()> {
        self.signal(rustix::process::Signal::TERM)
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) -> io::Result<()> {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        match pid {
            Some(pid) => Ok(rustix::process::kill_process(pid, signal)?),
            None => Ok(()),
        }
    }

    #[cfg(not(unix))]
    fn terminate(&mut self) -> io::Result<()> {
        self.child.start_kill()
    }
}

/// The URL that the gateway announces. Whatever else it prints, then or later, goes to the log; and, later, to whoever listens.
async fn announced(
    mut lines: Lines<BufReader<ChildStdout>>,
    mut log: std::fs::File,
    listeners: broadcast::Sender<String>,
) -> Option<String> {
    let url = loop {
        let line = lines.next_line().await.ok().flatten()?;
        match line.strip_prefix(ANNOUNCEMENT) {
            Some(url) => break url.trim().trim_end_matches('/').to_owned(),
            None => note(&mut log, &line),
        }
    };
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            note(&mut log, &line);
            // Without a listener it is in the log.
            drop(listeners.send(line));
        }
    });
    Some(url)
}

fn note(log: &mut std::fs::File, line: &str) {
    // A log that cannot be written must not end what it tells about.
    drop(io::Write::write_all(log, format!("{line}\n").as_bytes()));
}
