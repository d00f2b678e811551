//! `confirm-host`: confirms the host that a new version of a connector names.

use super::confirm_host_error::ConfirmHostError;
use super::error::CommandError;
use super::terminal::Terminal;
use scim_gateway::config::{Config, InstanceName};
use scim_gateway::instances::{Host, Hosts};
use std::path::Path;

/// Confirms a host for an instance of the gateway with this configuration.
pub(super) fn run(
    file: &Path,
    instance: &InstanceName,
    host: &Host,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let (state, known) = Config::load_state_directory(file)?;
    if !known.contains(instance) {
        let known: Vec<&str> = known.iter().map(InstanceName::as_str).collect();
        let (name, file, known) = (instance.clone(), file.display().to_string(), known.join(", "));
        return Err(ConfirmHostError::UnknownInstance { name, file, known }.into());
    }
    if !state.is_dir() {
        return Err(ConfirmHostError::NoState(state).into());
    }
    let hosts = Hosts::below(&state);
    hosts.confirm(instance, host).map_err(|error| ConfirmHostError::Unwritable(hosts.confirmation(instance), error))?;
    let label = terminal.green("confirmed:");
    terminal.line(format_args!("{label} {instance} may send its credential to {host}"))?;
    terminal
        .line("A gateway that watches its files reloads now; for others run kill -HUP <pid>, or POST /-/reload.")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str =
        "[connectors.c]\nfile = \"c.wasm\"\n[instances.acme]\nconnector = \"c\"\ncredential = \"env:NOT_SET\"\n";

    fn confirm(folder: &Path, instance: &str) -> Result<(), String> {
        let file = folder.join("gateway.toml");
        std::fs::write(&file, CONFIG).expect("a file");
        let (instance, host) = (instance.parse().expect("a name"), "https://new.example".parse().expect("a host"));
        let mut output = Vec::new();
        run(&file, &instance, &host, &mut Terminal::plain(&mut output)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_confirmation_needs_no_secrets_and_an_instance_that_exists() {
        let folder = tempfile::tempdir().expect("a directory");
        let error = confirm(folder.path(), "acme").expect_err("nothing was served");
        assert!(error.starts_with("there is no state directory"), "{error}");
        std::fs::create_dir(folder.path().join("scim-gateway.state")).expect("a directory");
        confirm(folder.path(), "acme").expect("confirmed");
        let hosts = Hosts::below(&folder.path().join("scim-gateway.state"));
        let confirmed = hosts.confirmed(&"acme".parse().expect("a name"));
        assert_eq!(confirmed.map(|host| host.to_string()).as_deref(), Some("https://new.example"));
        let error = confirm(folder.path(), "globex").expect_err("no such instance");
        assert!(error.ends_with("configured instances: acme"), "{error}");
    }
}
