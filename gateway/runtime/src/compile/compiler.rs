//! Who compiles.

use super::super::compile_limits::CompileLimits;
use super::super::sha256::Sha256;
use super::super::wasi::Wasi;
use super::code::Code;
use super::error::CompileError;
use super::order::CompileOrder;
use super::{process, worker};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;
use wasmtime::Engine;

/// Who compiles the connectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// A program, in a process for each file, which it stops at the limits. It is called with `compile-connector` and an order, and
    /// passes that to [`super::compile_for_gateway`].
    Process(PathBuf),
    /// This process: for tests and tools that compile only what they trust. Only the sizes of functions are limited.
    InProcess,
}

impl Compiler {
    /// The program that is running; it must be `scim-gateway`.
    ///
    /// # Errors
    /// The system does not tell which program is running.
    pub fn this_program() -> std::io::Result<Self> {
        // Remains the same program when its file is replaced by a newer version.
        let running = PathBuf::from("/proc/self/exe");
        Ok(Self::Process(if cfg!(target_os = "linux") && running.exists() {
            running
        } else {
            std::env::current_exe()?
        }))
    }
}

/// Compiles, a few files at the same time.
#[derive(Debug)]
pub(crate) struct Compilation {
    compiler: Compiler,
    limits: CompileLimits,
    /// A file keeps one processor busy.
    processors: Semaphore,
    gives_way: AtomicBool,
}

impl Compilation {
    pub(crate) fn new(compiler: Compiler, limits: CompileLimits) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { compiler, limits, processors: Semaphore::new(processors), gives_way: AtomicBool::new(false) }
    }

    /// From now on, somebody is served meanwhile.
    pub(crate) fn give_way(&self) {
        self.gives_way.store(true, Ordering::Relaxed);
    }

    /// Compiles a file and keeps its code for an engine without a compiler.
    pub(crate) async fn run(
        &self,
        file: Vec<u8>,
        digest: Sha256,
        wasi: Wasi,
        code: &Code,
        engine: &Engine,
    ) -> Result<(), CompileError> {
        // The semaphore is never closed.
        let _processor = self.processors.acquire().await;
        let workplace = code.workplace().map_err(|error| CompileError::Workplace(error.to_string()))?;
        let order = CompileOrder {
            directory: workplace.path().to_owned(),
            wasi,
            limits: self.limits,
            gives_way: self.gives_way.load(Ordering::Relaxed),
        };
        match &self.compiler {
            Compiler::Process(program) => process::compile(program, file, &order).await?,
            Compiler::InProcess => tokio::task::spawn_blocking(move || worker::compile(&file, &order))
                .await
                .map_err(|_| CompileError::Cancelled)??,
        }
        code.keep(engine, &digest, workplace.path()).map_err(|error| CompileError::Workplace(error.to_string()))
    }
}
