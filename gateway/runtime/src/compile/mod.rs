//! Compiling, which is the most expensive thing that a connector's file can ask for.
//!
//! Threat: a file of 300 kB that takes minutes and gigabytes to compile, or that makes the compiler crash. So a file is compiled by
//! a process of its own ([`Compiler::Process`]), which has no environment, a low priority, and limits on time, memory and the
//! size of functions ([`super::CompileLimits`]). The process that serves has no compiler: it loads code that was compiled, from a directory
//! that only the gateway's user may write to ([`code`]), and never more of the file than its digest.

mod code;
mod compiler;
mod error;
mod order;
mod process;
mod worker;

pub(crate) use code::Code;
pub(crate) use compiler::Compilation;
pub use compiler::Compiler;
pub use error::CompileError;
pub use order::CompileOrder;
pub use worker::work as compile_for_gateway;
