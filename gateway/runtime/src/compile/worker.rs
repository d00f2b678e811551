//! The work of the process that compiles.

use super::super::artifact::{self, ArtifactError};
use super::super::compile_limits::CompileLimits;
use super::super::engine::compiling_engine;
use super::super::file_sizes::{self, SizeError};
use super::order::{CompileOrder, Outcome};
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use std::io::{self, Read as _, Write as _};
use wasmtime::component::Component;

/// The priority of a process that gives way: it gets a third of what another gets that wants the same processor.
const NICE: i32 = 5;
/// The largest file that may be written, in bytes: code is several times as large as WebAssembly.
const MAX_FILE: u64 = 1 << 30;

/// Compiles the file on standard input, under the order's limits, and reports on standard output.
///
/// # Errors
/// Errors of the input, the output, or of setting the limits.
pub fn work(order: &CompileOrder) -> io::Result<()> {
    if order.gives_way {
        nice(NICE)?;
    }
    // Where memory is short, the system ends this process and not the gateway. A system that has no such choice ends whichever it likes.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    limit(&order.limits)?;
    let mut file = Vec::new();
    io::stdin().lock().read_to_end(&mut file)?;
    let outcome = compile(&file, order);
    serde_json::to_writer(io::stdout().lock(), &outcome)?;
    io::stdout().lock().flush()
}

/// Compiles a file into the order's directory. Slow, and without limits on time and memory.
pub(super) fn compile(file: &[u8], order: &CompileOrder) -> Outcome {
    let component = artifact::component(file, order.wasi, |file| {
        let checked = file_sizes::check(file, &order.limits);
        Ok(checked.map_err(|error| ArtifactError::Compile(error.to_string()))??)
    })?;
    let failed = |error: wasmtime::Error| ArtifactError::Compile(format!("{error:#}"));
    let engine = compiling_engine(&order.directory).map_err(failed)?;
    let code = Component::from_binary(&engine, &component).map_err(failed)?.image_range();
    let (bytes, limit) = ((code.end as usize).saturating_sub(code.start as usize), order.limits.code_bytes);
    if bytes > limit { Err(SizeError::Code { bytes, limit }.into()) } else { Ok(()) }
}

fn limit(limits: &CompileLimits) -> io::Result<()> {
    let at_most = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    at_most(Resource::Core, 0)?;
    at_most(Resource::Fsize, MAX_FILE)?;
    let seconds = limits.cpu.as_secs().max(1);
    // At the first of the two, the signal tells why; at the second it is SIGKILL.
    setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 5) })?;
    at_most(Resource::As, limits.memory)?;
    Ok(())
}
