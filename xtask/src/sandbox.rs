//! `cargo xtask sandbox --dir DIR`: the simulators and the gateway together, until interrupted.
//!
//! Each instance's mapping is an editable copy, `DIR/mappings/<instance>.json`, which the gateway watches: a saved mapping takes
//! effect at once, and the gateway's report on it is printed. An edited copy is kept and used by the next sandbox in DIR.

use crate::error::CommandError;
use crate::stage::{note, stage, stage_async};
use crate::tools;
use scim_gateway_tests::artifacts::{Artifacts, connector_ids};
use scim_gateway_tests::conversation::Conversation;
use scim_gateway_tests::simulators::Kind;
use scim_gateway_tests::system::{Development, Plan, System};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::Path;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

const DOCUMENT: &str = "sandbox.json";
const MAPPINGS: &str = "mappings";

/// Runs until SIGINT or SIGTERM and removes what it wrote. Returns true; a gateway that stops by itself is an error.
pub(crate) async fn run(folder: &Path) -> Result<bool, CommandError> {
    let artifacts = tools::build()?;
    // A document left by an earlier run that was killed must not be mistaken for ours.
    let existed = folder.is_dir();
    std::fs::create_dir_all(folder).map_err(|source| CommandError::Unwritable { path: folder.to_owned(), source })?;
    let folder = folder.canonicalize()?;
    remove(&folder.join(DOCUMENT))?;

    let inner = tempfile::Builder::new().prefix("gateway-").tempdir_in(&folder)?;
    // The settings that an app needs are in its conversations.
    let conversations = Conversation::load_all(&Conversation::folder())?;
    let options = |id: &str| conversations.iter().find(|each| each.connector == id).map(|each| each.instance.clone());
    let plan = |id: String| Plan { name: id.clone(), options: options(&id).unwrap_or_default(), connector: id };
    let (simulated, others): (Vec<String>, Vec<String>) =
        connector_ids()?.into_iter().partition(|id| Kind::has_app_of(id));
    others.iter().for_each(|id| note(left_out(id)));
    let plans: Vec<Plan> = simulated.into_iter().map(plan).collect();
    let development = Development::new(folder.join(MAPPINGS), true);
    let starting = System::start_for_development(&artifacts, inner.path(), &plans, &development);
    // From here on it can be interrupted, even while it starts.
    let interrupted = interrupted();
    tokio::pin!(interrupted);
    let mut system = tokio::select! {
        biased;
        signal = &mut interrupted => {
            signal?;
            return Ok(true);
        }
        started = stage_async("start the simulators and the gateway", starting) => started?,
    };
    let reloads = pass_on(system.gateway.lines());
    write_whole(&folder, &describe(&system, &development))?;
    first_steps(&system, &artifacts).iter().for_each(note);
    note(format!("change a mapping while it runs: {}", folder.join(MAPPINGS).display()));
    note(format!("ready: {} (stop with Ctrl-C)", folder.join(DOCUMENT).display()));

    let ended = tokio::select! {
        // Ctrl-C in a terminal reaches the gateway too, so both may be ready.
        biased;
        signal = &mut interrupted => signal.map(|()| None),
        status = system.gateway.ended() => status.map(Some),
        never = reloads => match never {},
    };
    remove(&folder.join(DOCUMENT))?;
    if let Some(status) = ended? {
        // Keep its log, which says why.
        let log = inner.keep().join("gateway.log");
        return Err(CommandError::GatewayEnded(status.to_string(), log));
    }
    stage_async("stop the gateway and the simulators", system.stop()).await?;
    stage("remove what the sandbox wrote", || inner.close())?;
    for plan in &plans {
        remove_unless_edited(&development, plan)?;
    }
    drop(std::fs::remove_dir(folder.join(MAPPINGS)));
    if !existed {
        // The folder stays if it holds anything else.
        drop(std::fs::remove_dir(&folder));
    }
    Ok(true)
}

/// What to say about a connector whose app has no simulator.
fn left_out(connector: &str) -> String {
    format!(
        "plugins/{connector} is left out because its app has no simulator: run it with `scim-gateway dev` and a gateway.toml \
         whose instance has base-url and, for an app on this machine or by plain http, allow-private-addresses = true"
    )
}

/// A first request, and the command that shows what the gateway did with it.
fn first_steps(system: &System, artifacts: &Artifacts) -> Vec<String> {
    let Some(instance) = system.instances.first() else { return Vec::new() };
    let ada = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com",
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
        "emails": [{ "type": "work", "primary": true, "value": "ada@example.com" }],
    });
    let (token, url, name) = (&instance.token, system.gateway.url(), &instance.name);
    let (gateway, config) = (artifacts.gateway.display(), system.config.display());
    vec![
        format!(
            "try a request: curl -H 'authorization: Bearer {token}' -H 'content-type: application/scim+json' -d '{ada}' \
             {url}/{name}/scim/v2/Users"
        ),
        format!("see what became of it: '{gateway}' log --config '{config}'"),
    ]
}

/// Prints the gateway's report on each save, for ever.
async fn pass_on(mut lines: Receiver<String>) -> Infallible {
    loop {
        match lines.recv().await {
            Ok(line) => note(line),
            Err(RecvError::Lagged(missed)) => note(format!("({missed} more lines)")),
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Removes the copy of a mapping unless it was edited.
fn remove_unless_edited(development: &Development, plan: &Plan) -> Result<(), CommandError> {
    let copy = development.mapping(&plan.name);
    if std::fs::read(&copy).ok() == std::fs::read(Development::original(&plan.connector)).ok() {
        return remove(&copy);
    }
    note(format!("{} was edited: it is kept and used the next time", copy.display()));
    Ok(())
}

fn describe(system: &System, development: &Development) -> Value {
    let instances: Vec<Value> = system
        .instances
        .iter()
        .map(|instance| {
            json!({
                "name": instance.name,
                "connector": instance.connector,
                "scim": format!("{}/{}/scim/v2", system.gateway.url(), instance.name),
                "token": instance.token,
                "app": instance.app.base_url,
                "mapping": development.mapping(&instance.name),
            })
        })
        .collect();
    json!({
        "gateway": system.gateway.url(),
        "config": system.config,
        "reloads": format!("{}/-/reloads", system.gateway.url()),
        "admin-token": development.admin_token,
        "instances": instances,
    })
}

/// Writes the document so that a reader sees all of it or nothing.
fn write_whole(folder: &Path, document: &Value) -> Result<(), CommandError> {
    let path = folder.join(DOCUMENT);
    let unwritable = |source| CommandError::Unwritable { path: path.clone(), source };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    serde_json::to_writer_pretty(&mut file, document)?;
    file.persist(&path).map_err(|error| unwritable(error.error))?;
    Ok(())
}

fn remove(path: &Path) -> Result<(), CommandError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(CommandError::Unwritable { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed,
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_whose_app_nobody_simulates_is_left_out_with_a_word_on_how_to_run_it() {
        assert!(Kind::has_app_of("samanage") && !Kind::has_app_of("acme"));
        let note = left_out("acme");
        for part in ["plugins/acme", "scim-gateway dev", "base-url", "allow-private-addresses = true"] {
            assert!(note.contains(part), "{note}");
        }
    }
}
