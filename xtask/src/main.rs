//! The project's own commands, run as `cargo xtask <command>`. Each does all its own set-up, so a fresh clone needs nothing else.
//!
//! It must build quickly, because everyone waits for it first: it never links the gateway, it runs it.

mod bench;
mod demo;
mod dependencies;
mod fuzz;
mod layout;
mod proof;
mod sandbox;
mod stage;
mod story;
mod terminal;
mod test;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The commands of the SCIM connector gateway's repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play every identity provider's conversation against the gateway and the app simulators, and show what happened.
    Demo {
        /// One JSON document on standard output, for programs; progress goes to standard error.
        #[arg(long)]
        json: bool,
    },
    /// Run the gateway and the app simulators until interrupted; DIR/sandbox.json says where they are.
    Sandbox {
        /// Where to write; made when it does not exist.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Run every check: format, lints, docs, and all tests.
    Test,
    /// Read every crate's imports and say what is out of place: circles, floors, module style. Builds nothing.
    Layout(layout::Options),
    /// Check the licences, sources and advisories of dependencies, and that each is used, with the tools that are installed.
    Dependencies,
    /// Run scim2-tester, an independent judge from PyPI, against an instance of every connector.
    Conformance,
    /// Feed the parsers what nobody would write, led by what they do with it (libFuzzer).
    Fuzz(fuzz::Options),
    /// Measure the gateway, built for production, before the app simulators, and its parts by themselves.
    Bench(bench::Options),
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Build(#[from] scim_gateway_tests::artifacts::BuildError),
    #[error(transparent)]
    System(#[from] scim_gateway_tests::system::SystemError),
    #[error(transparent)]
    Bench(#[from] scim_gateway_tests::bench::durability::BenchError),
    #[error(transparent)]
    Layout(#[from] layout::LayoutError),
    #[error(transparent)]
    Lists(#[from] scim_gateway_tests::bench::lists::ListError),
    #[error(transparent)]
    Mutations(#[from] scim_gateway_tests::mutations::MutationError),
    #[error(transparent)]
    Conformance(#[from] scim_gateway_tests::conformance::ConformanceError),
    #[error(transparent)]
    Isolation(#[from] scim_gateway_tests::bench::isolation::IsolationError),
    #[error(transparent)]
    Parts(#[from] scim_gateway_tests::bench::parts::PartsError),
    #[error(transparent)]
    Reload(#[from] scim_gateway_tests::bench::reload::ReloadError),
    #[error(transparent)]
    Start(#[from] scim_gateway_tests::bench::start::StartError),
    #[error(transparent)]
    Throughput(#[from] scim_gateway_tests::bench::throughput::ThroughputError),
    #[error(transparent)]
    Conversation(#[from] scim_gateway_tests::conversation::LoadError),
    #[error("`rustc -vV` does not say which platform this is")]
    NoHost,
    #[error("cannot write {path}: {source}")]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("the gateway ended by itself ({0}); its log is {1}")]
    GatewayEnded(String, PathBuf),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo { json } => asynchronously(demo::run(json)),
        Command::Sandbox { dir } => asynchronously(sandbox::run(&dir)),
        Command::Test => test::run(),
        Command::Layout(options) => layout::run(&options).map_err(CommandError::from),
        Command::Dependencies => Ok(dependencies::run()),
        Command::Conformance => asynchronously(proof::conformance()),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Bench(options) => asynchronously(bench::run(&options)),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            terminal::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn asynchronously<T>(command: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    tokio::runtime::Runtime::new()?.block_on(command)
}
