//! `cargo xtask sandbox --dir DIR`: the simulators and the gateway together, until interrupted.
//!
//! Each instance's mapping is an editable copy, `DIR/mappings/<instance>.json`, and the gateway watches it: what is saved there is
//! in force at once, and what the gateway says of it is passed on. A copy that was changed is somebody's work: it stays, and is used
//! by the next sandbox in DIR.

use std::convert::Infallible;
use std::path::Path;

use scim_gateway_tests::artifacts::{Artifacts, connector_ids};
use scim_gateway_tests::conversation::Conversation;
use scim_gateway_tests::simulators::Kind;
use scim_gateway_tests::system::{Development, Plan, System};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::error::CommandError;
use crate::stage::{note, stage, stage_async};
use crate::tools;

const DOCUMENT: &str = "sandbox.json";
const MAPPINGS: &str = "mappings";

/// Runs until SIGINT or SIGTERM and removes what it wrote. Answers true, unless the gateway ends by itself: that is an error.
pub(crate) async fn run(folder: &Path) -> Result<bool, CommandError> {
    let artifacts = tools::build()?;
    // A document of an earlier run that was killed must not be taken for ours.
    let existed = folder.is_dir();
    std::fs::create_dir_all(folder).map_err(|source| CommandError::Unwritable { path: folder.to_owned(), source })?;
    let folder = folder.canonicalize()?;
    remove(&folder.join(DOCUMENT))?;

    let inner = tempfile::Builder::new().prefix("gateway-").tempdir_in(&folder)?;
    // An app that needs settings has them in its conversations.
    let conversations = Conversation::load_all(&Conversation::folder())?;
    let options = |id: &str| conversations.iter().find(|told| told.connector == id).map(|told| told.instance.clone());
    let plan = |id: String| Plan { name: id.clone(), options: options(&id).unwrap_or_default(), connector: id };
    let (simulated, others): (Vec<String>, Vec<String>) =
        connector_ids()?.into_iter().partition(|id| Kind::has_app_of(id));
    others.iter().for_each(|id| note(left_out(id)));
    let plans: Vec<Plan> = simulated.into_iter().map(plan).collect();
    let development = Development::new(folder.join(MAPPINGS), true);
    let starting = System::start_for_development(&artifacts, inner.path(), &plans, &development);
    // Interrupted from here on, also while it starts.
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
        // Its log says why: keep it.
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
        // Somebody may have put something of theirs there.
        drop(std::fs::remove_dir(&folder));
    }
    Ok(true)
}

/// What becomes of a connector whose app nobody simulates.
fn left_out(connector: &str) -> String {
    format!(
        "plugins/{connector} is left out, for there is no simulator of its app: run it with `scim-gateway dev` and a gateway.toml \
         whose instance has base-url and, for an app on this machine or by plain http, allow-private-addresses = true"
    )
}

/// A request to begin with, and the command that shows what became of it.
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

/// Shows what the gateway says of each save, for ever.
async fn pass_on(mut lines: Receiver<String>) -> Infallible {
    loop {
        match lines.recv().await {
            Ok(line) => note(line),
            Err(RecvError::Lagged(missed)) => note(format!("({missed} lines more)")),
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Removes the copy of a mapping in which nobody changed anything.
fn remove_unless_edited(development: &Development, plan: &Plan) -> Result<(), CommandError> {
    let copy = development.mapping(&plan.name);
    if std::fs::read(&copy).ok() == std::fs::read(Development::original(&plan.connector)).ok() {
        return remove(&copy);
    }
    note(format!("{} was changed: it stays, and is used the next time", copy.display()));
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

/// A reader sees the whole document or none.
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
