//! `explain`: shows what a request would do, without changing anything: the app receives only reads, and the gateway's store is
//! copied.

use super::error::CommandError;
use super::recorded::RecordedRequest;
use super::terminal::Terminal;
use scim_gateway::config::{Config, ConfigErrors, InstanceName, StoreUrl};
use scim_gateway::connectors::Compiler;
use scim_gateway::egress::Purpose;
use scim_gateway::instances::{self, Shared};
use scim_gateway::server::{LocalRequest, handle_locally};
use scim_gateway::store;
use scim_gateway::trace::{Step, Trace, json_lines, step_lines, without_secrets};
use serde_json::{Value, json};
use std::path::Path;

/// The result.
struct Explained {
    request: RecordedRequest,
    steps: Vec<Step>,
    /// `None` if a write was held back, because the answer then depends on the app's response.
    answer: Option<(u16, Value)>,
    /// Whether there was a store to copy.
    remembered: bool,
}

/// Shows which calls to the app a request would make.
pub(super) fn run(
    config: &Path,
    instance: &str,
    request: &Path,
    json: bool,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let request = RecordedRequest::load(request)?;
    let mut config = Config::load(config)?;
    let known: Vec<&str> = config.instances.keys().map(InstanceName::as_str).collect();
    let unknown = CommandError::UnknownInstance(instance.to_owned(), known.join(", "));
    config.instances.retain(|name, _| name.as_str() == instance);
    let Some(connector) = config.instances.values().next().map(|found| found.connector.clone()) else {
        return Err(unknown);
    };
    config.connectors.retain(|name, _| *name == connector);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CommandError::Runtime)?;
    let explained = runtime.block_on(explain(&config, request))?;
    if json {
        terminal.line(document(&explained))?;
    } else {
        write(&explained, terminal)?;
    }
    Ok(())
}

async fn explain(config: &Config, request: RecordedRequest) -> Result<Explained, CommandError> {
    let scratch = tempfile::tempdir()?;
    let copy = scratch.path().join("copy.db");
    let remembered =
        store::snapshot(&config.store.url, &copy).await.map_err(|error| CommandError::Open(error.into()))?;
    let compiler = Compiler::this_program().map_err(CommandError::Runtime)?;
    let copy = StoreUrl::SqliteFile(copy);
    let shared = Shared::open(&copy, None, &config.server, compiler).await.map_err(CommandError::Open)?;
    let built = instances::build(config, &shared, None).await;
    ConfigErrors::check(built.mistakes)?;
    let Some((_, hosted)) = built.instances.iter().next() else { return Err(CommandError::Reported) };
    let trace = Trace::default();
    let (method, path) = (&request.method, request.path.as_str());
    let local = LocalRequest { method, path, body: request.body.as_ref(), user_agent: request.user_agent.as_deref() };
    let (status, body) = handle_locally(hosted, &local, Purpose::Rehearsal, trace.clone()).await;
    shared.store.close().await;
    let steps = trace.steps();
    let held_back = matches!(steps.last(), Some(Step::AppCall { sent: false, .. }));
    let answer = (!held_back).then(|| (status, without_secrets(body)));
    Ok(Explained { request, steps, answer, remembered })
}

fn document(explained: &Explained) -> Value {
    let Explained { request, steps, answer, remembered } = explained;
    json!({
        "request": { "method": request.method.as_str(), "path": request.path },
        "steps": steps,
        "would-change-the-app": answer.is_none(),
        "answer": answer.as_ref().map(|(status, body)| json!({ "status": status, "body": body })),
        "uses-what-is-remembered": remembered,
    })
}

fn write(explained: &Explained, terminal: &mut Terminal<'_>) -> std::io::Result<()> {
    let Explained { request, steps, answer, remembered } = explained;
    let heading = terminal.bold(&format!("{} {}", request.method, request.path));
    terminal.line(heading)?;
    for line in request.body.iter().flat_map(|body| json_lines(&without_secrets(body.clone()), 4)) {
        terminal.line(line)?;
    }
    for (line, varying) in steps.iter().flat_map(step_lines) {
        terminal.line(format_args!("{line}{varying}"))?;
    }
    match answer {
        Some((status, body)) => {
            let heading = terminal.bold(&format!("answer: {status}"));
            terminal.line(heading)?;
            for line in json_lines(body, 4) {
                terminal.line(line)?;
            }
        }
        None => terminal.line("What happens next depends on the app's response; nothing was changed.")?,
    }
    if !remembered {
        terminal.line("(The gateway's stored data was not used: there is no SQLite store.)")?;
    }
    Ok(())
}
