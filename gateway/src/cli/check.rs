//! `check`: checks a configuration and everything that it names, the store too. With `--connect` it also contacts each app.

use super::error::CommandError;
use super::store::{Standing, standing};
use super::terminal::Terminal;
use scim_gateway::config::{Config, Mistake, StoreUrl};
use scim_gateway::connectors::Compiler;
use scim_gateway::instances::{self, Host, Hosts, InstanceSet, Shared};
use scim_gateway::observe;
use scim_gateway::trace::{Step, Trace};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Checks a configuration and prints all mistakes, or what would be served.
pub(super) fn run(file: &Path, connect: bool, json: bool, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let (config, checked) = match Config::load(file) {
        Ok(config) => {
            if connect {
                observe::install(config.log)?;
            }
            let checked = check_all(&config, connect)?;
            (Some(config), checked)
        }
        Err(errors) => (None, Checked { mistakes: errors.mistakes().to_vec(), ..Checked::default() }),
    };
    let Checked { mistakes, warnings, served } = checked;
    if json {
        terminal.line(summary(file, &served, &warnings, &mistakes))?;
    } else if let (Some(config), []) = (&config, mistakes.as_slice()) {
        write_instances(config, &served, terminal)?;
        write_warnings(&warnings, terminal)?;
    } else {
        write_warnings(&warnings, terminal)?;
        write_mistakes(&mistakes, terminal)?;
    }
    if mistakes.is_empty() { Ok(()) } else { Err(CommandError::Reported) }
}

/// What is wrong, what the operator should know, and what would be served.
#[derive(Default)]
struct Checked {
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
    served: Vec<Served>,
}

/// An instance, and the connector that its file contains.
#[derive(Serialize)]
struct Served {
    name: String,
    connector: String,
    version: String,
    /// By resource type, the attributes that no mapping rule uses.
    ignored: BTreeMap<String, Vec<String>>,
    /// Where its credential goes.
    host: Host,
}

/// Loads the connectors and builds every instance, with a temporary store.
fn check_all(config: &Config, connect: bool) -> Result<Checked, CommandError> {
    let scratch = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CommandError::Runtime)?;
    runtime.block_on(async {
        let store = StoreUrl::SqliteFile(scratch.path().join("check.db"));
        let compiler = Compiler::this_program().map_err(CommandError::Runtime)?;
        let mut shared = Shared::open(&store, None, &config.server, compiler).await.map_err(CommandError::Open)?;
        // A host that the gateway would hold back is found here, too.
        shared.hosts = Some(Hosts::below(&config.server.state_directory));
        let built = instances::build(config, &shared, None).await;
        let mut warnings = [config.warnings(), built.warnings.as_slice()].concat();
        let mut mistakes = match [built.mistakes, built.held].concat() {
            mistakes if mistakes.is_empty() && connect => refusals(config, &built.instances).await,
            mistakes => mistakes,
        };
        if connect && mistakes.is_empty() {
            warnings.extend(unshown_fields(config, &built.instances).await);
        }
        shared.store.close().await;
        let served = built.instances.iter().map(|(name, hosted)| {
            let descriptor = &hosted.instance.connector.descriptor;
            let (name, connector, version) = (name.to_string(), descriptor.id.clone(), descriptor.version.clone());
            let untaken = hosted.instance.kinds().iter().map(|kind| (kind.scim.name.clone(), kind.untaken()));
            let ignored = untaken.filter(|(_, names)| !names.is_empty()).collect();
            Served { name, connector, version, ignored, host: hosted.host() }
        });
        judge_store(config, &mut warnings, &mut mistakes).await;
        Ok(Checked { mistakes, warnings, served: served.collect() })
    })
}

/// Looks whether the store is there, and is the one that the gateway had.
async fn judge_store(config: &Config, warnings: &mut Vec<Mistake>, mistakes: &mut Vec<Mistake>) {
    let found = |message: String, expected: &str| config.mistake("store.url", message, expected);
    match standing(config).await {
        Ok(Standing::Made) => {}
        Ok(Standing::New) => warnings.push(found(
            format!("there is no store at {} yet: the gateway makes a new one when it starts", config.store.url),
            "if this gateway has had one, correct `url` in [store]",
        )),
        Ok(Standing::Lost(before)) => mistakes.push(found(
            format!("there is no store at {}, and this gateway had one at {before}", config.store.url),
            "correct `url` in [store], or run `scim-gateway store create` to begin with an empty one",
        )),
        Err(error) => {
            mistakes.push(found(
                error.to_string(),
                "start the database and let the gateway use it, or correct `url` in [store]",
            ));
        }
    }
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

/// The fields of mappings that no resource on the first page of an app has.
async fn unshown_fields(config: &Config, instances: &InstanceSet) -> Vec<Mistake> {
    let checks = instances.iter().map(async |(name, hosted)| {
        let sentences = hosted.instance.unshown_fields().await;
        let expected = "compare the mapping with the app's documentation";
        let found = |sentence| config.mistake(&format!("instances.{name}"), sentence, expected);
        sentences.into_iter().map(found).collect::<Vec<_>>()
    });
    futures_util::future::join_all(checks).await.into_iter().flatten().collect()
}

/// Writes a block for each mistake: its position, what is wrong and what to write instead; at the end, the number of mistakes.
pub(super) fn write_mistakes(mistakes: &[Mistake], terminal: &mut Terminal<'_>) -> io::Result<()> {
    for mistake in mistakes {
        write_finding(mistake, &terminal.red("error:"), terminal)?;
    }
    let count = mistakes.len();
    terminal.line(format_args!("{count} mistake{}", if count == 1 { "" } else { "s" }))
}

fn write_warnings(warnings: &[Mistake], terminal: &mut Terminal<'_>) -> io::Result<()> {
    for warning in warnings {
        write_finding(warning, &terminal.bold("warning:"), terminal)?;
    }
    Ok(())
}

/// Writes where it is, what is the matter and, in a line of its own, what to write instead.
fn write_finding(found: &Mistake, label: &str, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let short = Mistake { message: String::new(), expected: String::new(), key: String::new(), ..found.clone() };
    let place = terminal.bold(short.to_string().trim_end_matches(": "));
    let key = if found.key.is_empty() { String::new() } else { format!("{}: ", found.key) };
    terminal.line(format_args!("{place}: {label} {key}{}", found.message))?;
    if !found.expected.is_empty() {
        terminal.line(format_args!("    {}", found.expected))?;
    }
    Ok(())
}

fn write_instances(config: &Config, served: &[Served], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let label = terminal.green("ok:");
    let (instances, connectors) = (config.instances.len(), config.connectors.len());
    let file = config.file.display();
    terminal.line(format_args!("{label} {file}: instances: {instances}, connectors: {connectors}"))?;
    for Served { name, connector, version, ignored, host } in served {
        terminal.line(format_args!("    /{name}/scim/v2  {connector} {version}  {host}"))?;
        for (kind, names) in ignored {
            terminal.line(format_args!("        no mapping rule of {kind} uses: {}", names.join(", ")))?;
        }
    }
    Ok(())
}

fn summary(file: &Path, served: &[Served], warnings: &[Mistake], mistakes: &[Mistake]) -> serde_json::Value {
    let ok = mistakes.is_empty();
    json!({ "ok": ok, "file": file, "instances": served, "warnings": warnings, "mistakes": mistakes })
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
             `request-timeout-seconds`, `max-in-flight`, `connector-memory-mib`, `compile-seconds`, `public-url`, `admin-tokens`, `trusted-proxies`, \
             `state-directory`\n\
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
