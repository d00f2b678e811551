//! The process that compiles, as the gateway sees it.

use super::error::CompileError;
use super::order::{CompileOrder, Outcome};
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

/// Bytes that are read of what it prints.
const MAX_OUTPUT: u64 = 64 << 10;
/// What Rust prints before it ends a program that gets no memory.
const NO_MEMORY: &str = "memory allocation of ";

/// Has a program compile a file.
pub(super) async fn compile(program: &Path, file: Vec<u8>, order: &CompileOrder) -> Result<(), CompileError> {
    let start = |error: &dyn std::fmt::Display| CompileError::Start(error.to_string());
    let text = serde_json::to_string(order).map_err(|error| start(&error))?;
    let mut command = Command::new(program);
    command.arg("compile-connector").arg(text);
    // It reads third-party code: nothing of the environment is its business, least of all the credentials.
    command.env_clear().current_dir(&order.directory);
    // The gateway's allocator reserves a gibibyte of addresses, which the limit on memory counts.
    command.env("MIMALLOC_ARENA_RESERVE", "0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| start(&error))?;
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let written = async {
        if let Some(mut input) = input {
            // A compiler that does not read to the end says why.
            let _ = input.write_all(&file).await;
        }
    };
    let working = async { tokio::join!(written, read(output), read(errors), child.wait()) };
    let limit = order.limits.wall();
    let ((), output, errors, status) = timeout(limit, working).await.map_err(|_| CompileError::Late { limit })?;
    let status = status.map_err(|error| start(&error))?;
    match serde_json::from_slice::<Outcome>(&output) {
        Ok(outcome) if status.success() => Ok(outcome?),
        _ => Err(stopped(status, &String::from_utf8_lossy(&errors), order)),
    }
}

/// Why the process ended without a result.
fn stopped(status: ExitStatus, errors: &str, order: &CompileOrder) -> CompileError {
    let by = |signal: Signal| status.signal() == Some(signal.as_raw());
    if by(Signal::XCPU) {
        return CompileError::Time { limit: order.limits.cpu };
    }
    if by(Signal::ABORT) && errors.contains(NO_MEMORY) {
        return CompileError::Memory { limit: order.limits.memory };
    }
    if by(Signal::KILL) {
        return CompileError::Killed;
    }
    let last = errors.lines().rfind(|line| !line.starts_with("note: ")).unwrap_or_default();
    let how = if last.is_empty() { status.to_string() } else { format!("{status}: {last}") };
    CompileError::Crashed { how }
}

/// Reads to the end, and keeps the beginning.
async fn read(from: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(mut from) = from {
        // What cannot be read is missing in the message.
        let _ = (&mut from).take(MAX_OUTPUT).read_to_end(&mut kept).await;
        let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    }
    kept
}
