//! The binary: arguments in, exit code out. See [`cli`] for the commands and the exit codes.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;

/// An operation allocates some hundred times: the system's allocator took a sixth of its time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run(&cli::Cli::parse())
}
