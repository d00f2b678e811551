//! `check`: checks a configuration and everything that it names. With `--connect` it also contacts each app.

use super::error::CommandError;
use super::terminal::Terminal;
use scim_gateway::config::{Config, Mistake, StoreUrl};
use scim_gateway::connectors::Compiler;
use scim_gateway::instances::{self, InstanceSet, Shared};
use scim_gateway::observe;
use scim_gateway::trace::{Step, Trace};
use serde::Serialize;
use serde_json::json;
use std::io;
use std::path::Path;

/// Checks a configuration and prints all mistakes, or what would be served.
pub(super) fn run(file: &Path, connect: bool, json: bool, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let (config, Checked { mistakes, served }) = match Config::load(file) {
        Ok(config) => {
            if connect {
                observe::install(config.log)?;
            }
            let checked = check_all(&config, connect)?;
            (Some(config), checked)
        }
        Err(errors) => (None, Checked { mistakes: errors.mistakes().to_vec(), served: Vec::new() }),
    };
    if json {
        terminal.line(summary(file, &served, &mistakes))?;
    } else if let (Some(config), []) = (&config, mistakes.as_slice()) {
        write_instances(config, &served, terminal)?;
    } else {
        write_mistakes(&mistakes, terminal)?;
    }
    if mistakes.is_empty() { Ok(()) } else { Err(CommandError::Reported) }
}

/// What is wrong, and what would be served.
struct Checked {
    mistakes: Vec<Mistake>,
    served: Vec<Served>,
}

/// An instance, and the connector that its file contains.
#[derive(Serialize)]
struct Served {
    name: String,
    connector: String,
    version: String,
}

/// Loads the connectors and builds every instance, with a temporary store.
fn check_all(config: &Config, connect: bool) -> Result<Checked, CommandError> {
    let scratch = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CommandError::Runtime)?;
    runtime.block_on(async {
        let store = StoreUrl::SqliteFile(scratch.path().join("check.db"));
        let compiler = Compiler::this_program().map_err(CommandError::Runtime)?;
        let shared = Shared::open(&store, None, &config.server, compiler).await.map_err(CommandError::Open)?;
        let built = instances::build(config, &shared, None).await;
        let mistakes = match built.mistakes {
            mistakes if mistakes.is_empty() && connect => refusals(config, &built.instances).await,
            mistakes => mistakes,
        };
        shared.store.close().await;
        let served = built.instances.iter().map(|(name, hosted)| {
            let descriptor = &hosted.instance.connector.descriptor;
            let (name, connector, version) = (name.to_string(), descriptor.id.clone(), descriptor.version.clone());
            Served { name, connector, version }
        });
        Ok(Checked { mistakes, served: served.collect() })
    })
}

/// For each app that does not accept the gateway: the error of the app or its connector, and the URL.
async fn refusals(config: &Config, instances: &InstanceSet) -> Vec<Mistake> {
    let checks = instances.iter().map(async |(name, hosted)| {
        let (trace, instance) = (Trace::default(), &hosted.instance);
        let error = instance.check(trace.clone()).await.err()?;
        let why = trace.steps().into_iter().rev().find_map(|step| match step {
            Step::AppCall { status: Some(status), .. } => Some(format!("responded {status}")),
            Step::AppCall { error, .. } => error,
            _ => None,
        });
        let why = why.map(|why| format!(" ({}: {why})", instance.egress().base_url())).unwrap_or_default();
        let remedy = "check the instance's base-url, region, credential and auth";
        Some(config.mistake(&format!("instances.{name}"), format!("{error}{why}"), remedy))
    });
    futures_util::future::join_all(checks).await.into_iter().flatten().collect()
}

/// Writes a block for each mistake: its position, what is wrong and what to write instead; at the end, the number of mistakes.
pub(super) fn write_mistakes(mistakes: &[Mistake], terminal: &mut Terminal<'_>) -> io::Result<()> {
    for mistake in mistakes {
        let short = Mistake { message: String::new(), expected: String::new(), key: String::new(), ..mistake.clone() };
        let place = terminal.bold(short.to_string().trim_end_matches(": "));
        let error = terminal.red("error:");
        let key = if mistake.key.is_empty() { String::new() } else { format!("{}: ", mistake.key) };
        terminal.line(format_args!("{place}: {error} {key}{}", mistake.message))?;
        if !mistake.expected.is_empty() {
            terminal.line(format_args!("    {}", mistake.expected))?;
        }
    }
    let count = mistakes.len();
    terminal.line(format_args!("{count} mistake{}", if count == 1 { "" } else { "s" }))
}

fn write_instances(config: &Config, served: &[Served], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let label = terminal.green("ok:");
    let (instances, connectors) = (config.instances.len(), config.connectors.len());
    let file = config.file.display();
    terminal.line(format_args!("{label} {file}: instances: {instances}, connectors: {connectors}"))?;
    for Served { name, connector, version } in served {
        terminal.line(format_args!("    /{name}/scim/v2  {connector} {version}"))?;
    }
    Ok(())
}

fn summary(file: &Path, served: &[Served], mistakes: &[Mistake]) -> serde_json::Value {
    json!({ "ok": mistakes.is_empty(), "file": file, "instances": served, "mistakes": mistakes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, json: bool) -> (bool, String) {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("gateway.toml");
        std::fs::write(&file, text).expect("a file");
        let mut output = Vec::new();
        let outcome = run(&file, false, json, &mut Terminal::plain(&mut output));
        let text = String::from_utf8(output).expect("UTF-8");
        (outcome.is_ok(), text.replace(&format!("{}/", directory.path().display()), ""))
    }

    #[test]
    fn every_mistake_is_printed_with_its_position_and_a_remedy() {
        let (right, text) = check("[server]\nport = 1\nlisten = 2\n", false);
        assert!(!right);
        assert_eq!(
            text,
            "gateway.toml:2:1: error: server.port: is not a known key\n    possible here: `listen`, `observe-listen`, `max-body-bytes`, `max-bulk-operations`, \
             `request-timeout-seconds`, `max-in-flight`, `connector-memory-mib`, `compile-seconds`, `public-url`, `admin-tokens`, `state-directory`\n\
             gateway.toml:3:10: error: server.listen: is a value of type integer\n    write a string\n2 mistakes\n"
        );
    }

    #[test]
    fn a_program_gets_the_same_as_json() {
        let (right, text) = check("[server]\nport = 1\n", true);
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(!right);
        assert_eq!((json["ok"].as_bool(), json["mistakes"][0]["line"].as_u64()), (Some(false), Some(2)));
        assert_eq!(json["mistakes"][0]["key"], "server.port");
        let (right, text) = check("", true);
        assert!(right && text.contains("\"ok\":true"), "{text}");
    }
}
