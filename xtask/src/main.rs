//! The project's own commands, run as `cargo xtask <command>`. Each does its own set-up, so a fresh clone needs nothing else.
//!
//! This program has to build quickly, because everyone waits for it first: it runs the gateway and never links it.

mod bench;
mod count;
mod demo;
mod dependencies;
mod error;
mod fuzz;
mod layout;
mod proof;
mod sandbox;
mod stage;
mod story;
mod terminal;
mod test;
mod tools;

use clap::{Parser, Subcommand};
use stage::asynchronously;
use std::path::PathBuf;
use std::process::ExitCode;

/// The commands of the SCIM connector gateway's repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play every identity provider's conversation with the gateway and the simulated apps, and show what happened.
    Demo {
        /// One JSON document on standard output, for programs; progress goes to standard error.
        #[arg(long)]
        json: bool,
    },
    /// Run the gateway and the simulated apps until interrupted; DIR/sandbox.json has their addresses.
    Sandbox {
        /// The folder to write to; created if it does not exist.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Run every check: formatting, lints, documentation, and all tests.
    Test,
    /// Read every crate's imports and say what is out of place: circles, floors, module style. Builds nothing.
    Layout(layout::Options),
    /// Check the licences, sources and advisories of dependencies, and that each is used, with the tools that are installed.
    Dependencies,
    /// Run scim2-tester, an independent judge from PyPI, against an instance of every connector.
    Conformance,
    /// Fuzz the parsers (libFuzzer).
    Fuzz(fuzz::Options),
    /// Measure the gateway, built for production, in front of the simulated apps, and its parts by themselves.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo { json } => asynchronously(demo::run(json)),
        Command::Sandbox { dir } => asynchronously(sandbox::run(&dir)),
        Command::Test => test::run(),
        Command::Layout(options) => layout::run(&options).map_err(error::CommandError::from),
        Command::Dependencies => Ok(dependencies::run()),
        Command::Conformance => asynchronously(proof::conformance()),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Bench(options) => asynchronously(bench::run(&options)),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            terminal::print_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
