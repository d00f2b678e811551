//! The binary: arguments in, exit code out. See [`cli`] for the commands and the exit codes.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Cli::parse())
}
