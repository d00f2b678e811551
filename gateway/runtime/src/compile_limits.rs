//! What compiling one file may take.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What compiling one file may take. CPython with a connector, 17 MiB, is the largest known: it takes a fifth of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileLimits {
    /// Processor time. Elapsed time may be four times as much and a minute, because the compiler gives way to those who serve.
    pub cpu: Duration,
    /// Address space, in bytes.
    pub memory: u64,
    /// Functions of the file, all modules in it together.
    pub functions: u32,
    /// Bytes of one function.
    pub function_bytes: u32,
    /// Local variables of one function.
    pub locals: u32,
    /// Bytes of the compiled code, which the gateway holds in memory.
    pub code_bytes: usize,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(60),
            memory: 2 << 30,
            functions: 100_000,
            function_bytes: 1 << 20,
            locals: 10_000,
            code_bytes: 256 << 20,
        }
    }
}

impl CompileLimits {
    /// When the process is stopped although it has not used its processor time: the machine is busy.
    pub(crate) fn wall(&self) -> Duration {
        self.cpu * 4 + Duration::from_secs(60)
    }
}
