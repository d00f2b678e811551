//! The real gateway as a child process on a free port, stopped as an operator stops it.

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

/// Compiling a connector for the first time takes seconds on a slow machine; longer than this is a fault.
const START_LIMIT: Duration = Duration::from_secs(120);

/// A graceful stop finishes the requests in flight; the gateway itself gives up after a minute.
const STOP_LIMIT: Duration = Duration::from_secs(70);

/// The interval between two checks of readiness.
const PROBE_PAUSE: Duration = Duration::from_millis(25);

/// The first line of standard output begins with this; the gateway's URL follows.
const ANNOUNCEMENT: &str = "scim-gateway listens on ";

/// The number of lines that are kept for a slow listener, which then misses the oldest.
const LINES_KEPT: usize = 1024;

/// A running gateway. Dropping it kills the process; [`GatewayProcess::stop`] stops it gracefully.
#[derive(Debug)]
pub struct GatewayProcess {
    child: Child,
    url: String,
    lines: broadcast::Sender<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("cannot start {binary}: {source}")]
    NotStarted { binary: PathBuf, source: io::Error },
    #[error("cannot write the gateway's log {path}: {source}")]
    NoLog { path: PathBuf, source: io::Error },
    #[error("the gateway stopped before it was ready; its output:\n{output}")]
    Ended { output: String },
    #[error("the gateway was not ready within {} s; its output:\n{output}", START_LIMIT.as_secs())]
    NotReady { output: String },
    #[error("cannot signal the gateway: {0}")]
    NotStopped(io::Error),
    #[error("the gateway did not stop within {} s and was killed", STOP_LIMIT.as_secs())]
    StillRunning,
}

impl GatewayProcess {
    /// Runs `scim-gateway serve --config CONFIG` and waits until it is ready. Its output goes to the file `log`.
    pub async fn start(binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        Self::start_by(Command::new(binary), &[], binary, config, log).await
    }

    /// As [`Self::start`], with `--watch`, so that it reloads files that change.
    pub async fn start_watching(binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        Self::start_by(Command::new(binary), &["--watch"], binary, config, log).await
    }

    /// As [`Self::start`], on one core of the machine.
    pub async fn start_on(core: usize, binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &core.to_string()]).arg(binary);
        Self::start_by(command, &[], binary, config, log).await
    }

    /// As [`Self::start`], such that a file which may not grow is an error as on a full disk, and not the end of the process.
    pub async fn start_on_a_small_disk(binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(binary);
        Self::start_by(command, &[], binary, config, log).await
    }

    /// As [`Self::start`], in a process that may have this many files open, and cannot allow itself more.
    #[cfg(unix)]
    pub async fn start_with_files(files: u32, binary: &Path, config: &Path, log: &Path) -> Result<Self, GatewayError> {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")]).arg(binary);
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
        let logged = || std::fs::read_to_string(log).unwrap_or_default();
        let deadline = Instant::now() + START_LIMIT;
        let lines = broadcast::Sender::new(LINES_KEPT);
        let url = match child.stdout.take() {
            None => None,
            Some(output) => timeout(START_LIMIT, announced(BufReader::new(output).lines(), file, lines.clone()))
                .await
                .map_err(|_| GatewayError::NotReady { output: logged() })?,
        };
        let url = url.ok_or_else(|| GatewayError::Ended { output: logged() })?;
        let mut gateway = Self { child, url, lines };
        let http = Http::default();
        while !gateway.is_ready(&http).await {
            if gateway.child.try_wait().ok().flatten().is_some() {
                return Err(GatewayError::Ended { output: logged() });
            }
            if Instant::now() > deadline {
                return Err(GatewayError::NotReady { output: logged() });
            }
            sleep(PROBE_PAUSE).await;
        }
        Ok(gateway)
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of its process while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The lines that it prints on standard output from now on; a gateway that watches its files reports every reload there.
    pub fn lines(&self) -> broadcast::Receiver<String> {
        self.lines.subscribe()
    }

    /// Resolves when the gateway stops by itself.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks it to stop, as an operator does, and waits until it has stopped.
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

    /// Asks it to reload its configuration (SIGHUP).
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

/// Returns the URL that the gateway announces. All its output goes to the log, and its later lines also to the listeners.
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
            // Without a listener the line is only in the log.
            drop(listeners.send(line));
        }
    });
    Some(url)
}

fn note(log: &mut std::fs::File, line: &str) {
    // The gateway must not stop because its log cannot be written.
    drop(io::Write::write_all(log, format!("{line}\n").as_bytes()));
}
