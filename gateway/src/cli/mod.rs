//! The commands of `scim-gateway`.
//!
//! Exit codes: 0 success, 1 failure (the reason is on standard error, or in the requested JSON), 2 invalid command line.

mod check;
mod confirm_host;
mod confirm_host_error;
mod dev;
mod error;
mod explain;
mod log;
mod mapping;
mod profiles;
mod purge;
mod rails;
mod recorded;
mod rollback;
mod rollback_error;
mod serve;
mod store;
mod terminal;
mod token;

use clap::{Args, Parser, Subcommand};
use dev::Dev;
use error::CommandError;
use jiff::SignedDuration;
use recorded::RecordedRequest;
use scim_gateway::clients::Client;
use scim_gateway::config::InstanceName;
use scim_gateway::connectors::{CompileOrder, compile_for_gateway};
use scim_gateway::instances::Host;
use scim_gateway::provisioning::Rail;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terminal::Terminal;

const FAILED: u8 = 1;

/// A SCIM 2.0 gateway: identity providers on one side, apps behind sandboxed connectors on the other.
#[derive(Debug, Parser)]
#[command(name = "scim-gateway", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 success, 1 failure, 2 invalid command line";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the instances of a configuration until SIGTERM or Ctrl-C; running operations are finished first
    ///
    /// SIGHUP and `POST /-/reload` reload everything and apply what has changed
    Serve {
        #[command(flatten)]
        config: ConfigFile,
        /// Reload whenever the configuration or a file that it names is written
        #[arg(long)]
        watch: bool,
    },
    /// Check a configuration and everything that it names, without serving
    Check {
        #[command(flatten)]
        config: ConfigFile,
        /// Also ask each app whether it accepts the credential; nothing is changed there
        #[arg(long)]
        connect: bool,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Serve and watch, and show how each request is processed: the result of the mapping, and the calls to the app
    ///
    /// Bodies are shown: use it for development, not for production
    Dev {
        #[command(flatten)]
        config: ConfigFile,
        /// Send the requests in this file (one, a list or a conversation) at the start and after every reload that changes something; they
        /// reach the app, so use the sandbox or a test account
        #[arg(long, value_name = "FILE")]
        replay: Option<PathBuf>,
        /// The instance that receives them, unless the file names one; by default the first one
        #[arg(long, value_name = "NAME", requires = "replay")]
        instance: Option<String>,
    },
    /// Show which calls to the app a SCIM request would make, without changing anything
    ///
    /// Reads are sent; the first call that could change the app is shown but not sent
    Explain {
        #[command(flatten)]
        config: ConfigFile,
        /// The instance that receives the request
        #[arg(long, value_name = "NAME")]
        instance: String,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
        /// The request: {"method": "PATCH", "path": "/Users/42", "body": {…}}; several as a list
        #[arg(value_name = "REQUEST.json")]
        request: PathBuf,
    },
    /// Restore the version of a connector that was active before the current one
    Rollback {
        #[command(flatten)]
        config: ConfigFile,
        /// The connector's name in the configuration
        connector: String,
        /// Restore the version whose SHA-256 starts with this
        #[arg(long, value_name = "DIGEST", conflicts_with = "list")]
        to: Option<String>,
        /// Only list the versions
        #[arg(long)]
        list: bool,
    },
    /// Confirm the host to which a new version of a connector sends an instance's credential
    ///
    /// Until then, the version that names another host than before is held back
    ConfirmHost {
        #[command(flatten)]
        config: ConfigFile,
        /// The instance
        #[arg(long, value_name = "NAME")]
        instance: InstanceName,
        /// Scheme, name and port, such as https://api.example.com
        host: Host,
    },
    /// Show what each identity provider's profile accepts beyond the RFCs
    Profiles {
        /// Only this profile: rfc, entra, entra-optscim, okta, google, authentik, scim2-models or other
        profile: Option<Client>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the guard rails of the instances and their states
    #[command(args_conflicts_with_subcommands = true)]
    Rails {
        #[command(subcommand)]
        command: Option<RailsCommand>,
        #[command(flatten)]
        config: ConfigFile,
        /// Only this instance
        #[arg(long)]
        instance: Option<InstanceName>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the provisioning log: each operation, its resource and its outcome; works while gateways run
    Log {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        question: log::Question,
        /// Print one JSON document per row
        #[arg(long)]
        json: bool,
    },
    /// Show what the store holds of an instance, and with --yes delete it; works while gateways run
    ///
    /// Kept attributes, inactive users, memberships, the connector's state and guard rails. Users whom the app
    /// deleted when they were deactivated are then forgotten for good
    Purge {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        order: purge::Order,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the mapping that a connector brings
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Manage the gateway's store
    #[command(subcommand)]
    Store(StoreCommand),
    /// Manage the tokens that identity providers present
    #[command(subcommand)]
    Token(TokenCommand),
    /// Compile the connector on standard input; the gateway starts this for itself
    #[command(hide = true)]
    CompileConnector {
        /// Where to leave the code, and the limits
        #[arg(value_name = "ORDER")]
        order: CompileOrder,
    },
}

#[derive(Debug, Subcommand)]
enum RailsCommand {
    /// Suspend guard rails for a while; works while gateways run
    Lift {
        #[command(flatten)]
        config: ConfigFile,
        /// The instance
        #[arg(long)]
        instance: InstanceName,
        /// Only this guard rail: max-members-removed or max-deactivations
        #[arg(long)]
        rail: Option<Rail>,
        /// How long to suspend them, such as 30m or 2h; what happens until then is not counted
        #[arg(long = "for", value_name = "TIME", default_value = "1h", value_parser = rails::parse_time)]
        time: SignedDuration,
    },
}

#[derive(Debug, Subcommand)]
enum MappingCommand {
    /// Print the connector's own mapping, to copy and edit; an instance uses the copy with `mapping = "FILE"`
    Show {
        #[command(flatten)]
        config: ConfigFile,
        /// The connector's name in the configuration
        connector: String,
    },
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    /// Make the store that the configuration names
    ///
    /// A gateway makes its first store itself. One that had a store starts with an empty one only after this command
    Create {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Create a token; print it once, with the hash for the configuration
    New {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration file
    #[arg(long = "config", value_name = "FILE", default_value = "gateway.toml")]
    path: PathBuf,
}

/// Runs the command.
pub(crate) fn run(cli: &Cli) -> ExitCode {
    let outcome = match &cli.command {
        Command::Serve { config, watch } => serve::run(&config.path, *watch, None),
        Command::Dev { config, replay, instance } => develop(&config.path, replay.as_deref(), instance.clone()),
        Command::Explain { config, instance, json, request } => {
            explain::run(&config.path, instance, request, *json, &mut Terminal::stdout())
        }
        Command::Rollback { config, connector, to, list } => {
            let wanted = match to {
                Some(digest) => rollback::Wanted::Digest(digest),
                None if *list => rollback::Wanted::List,
                None => rollback::Wanted::Previous,
            };
            rollback::run(&config.path, connector, &wanted, &mut Terminal::stdout())
        }
        Command::ConfirmHost { config, instance, host } => {
            confirm_host::run(&config.path, instance, host, &mut Terminal::stdout())
        }
        Command::Check { config, connect, json } => check::run(&config.path, *connect, *json, &mut Terminal::stdout()),
        Command::Profiles { profile, json } => profiles::run(*profile, *json, &mut Terminal::stdout()),
        Command::Rails { command: Some(RailsCommand::Lift { config, instance, rail, time }), .. } => {
            rails::lift(&config.path, instance, *rail, *time, &mut Terminal::stdout())
        }
        Command::Rails { command: None, config, instance, json } => {
            rails::list(&config.path, instance.as_ref(), *json, &mut Terminal::stdout())
        }
        Command::Log { config, question, json } => log::run(&config.path, question, *json, &mut Terminal::stdout()),
        Command::Purge { config, order, json } => purge::run(&config.path, order, *json, &mut Terminal::stdout()),
        Command::Mapping(MappingCommand::Show { config, connector }) => {
            mapping::show(&config.path, connector, &mut Terminal::stdout())
        }
        Command::Store(StoreCommand::Create { config }) => store::create(&config.path, &mut Terminal::stdout()),
        Command::Token(TokenCommand::New { json }) => token::new(*json, &mut Terminal::stdout()),
        Command::CompileConnector { order } => compile_for_gateway(order).map_err(CommandError::Output),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Reported) => ExitCode::from(FAILED),
        Err(error) => {
            // Nothing is left to do when standard error cannot be written.
            let _ = report(&error, &mut Terminal::stderr());
            ExitCode::from(FAILED)
        }
    }
}

fn develop(config: &Path, replay: Option<&Path>, instance: Option<String>) -> Result<(), CommandError> {
    let replay = replay.map(RecordedRequest::load_all).transpose()?;
    serve::run(config, true, Some(&Dev::new(replay, instance)))
}

fn report(error: &CommandError, terminal: &mut Terminal<'_>) -> io::Result<()> {
    match error {
        CommandError::Config(errors) => check::write_mistakes(errors.mistakes(), terminal),
        other => {
            let label = terminal.red("error:");
            terminal.line(format_args!("{label} {other}"))
        }
    }
}
