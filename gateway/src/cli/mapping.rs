//! `mapping show`: prints the mapping that a connector brings, to be copied and edited.

use super::error::CommandError;
use super::rollback_error::RollbackError;
use super::terminal::Terminal;
use scim_gateway::config::{Config, ConnectorName};
use scim_gateway::connectors::{Compiler, Runtime, RuntimeLimits, Wasi};
use std::path::Path;

/// Prints the mapping of a connector that the configuration names.
pub(super) fn show(file: &Path, name: &str, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let connectors = Config::load_connectors(file)?;
    let found = connectors.iter().find(|(known, _)| known.as_str() == name);
    let (_, connector) = found.ok_or_else(|| {
        let known: Vec<&str> = connectors.keys().map(ConnectorName::as_str).collect();
        let (name, file) = (name.to_owned(), file.display().to_string());
        RollbackError::UnknownConnector { name, file, known: known.join(", ") }
    })?;
    let unusable = |error: String| CommandError::Connector(connector.file.clone(), error);
    let bytes = std::fs::read(&connector.file).map_err(|error| unusable(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CommandError::Runtime)?;
    let mapping = runtime.block_on(async {
        let compiler = Compiler::this_program().map_err(CommandError::Runtime)?;
        let sandbox = Runtime::new(RuntimeLimits::default(), compiler).map_err(|error| unusable(error.to_string()))?;
        let name = connector.file.display().to_string();
        let loaded = sandbox.load(bytes, &name, connector.sha256.as_ref(), Wasi::Closed).await;
        Ok::<_, CommandError>(loaded.map_err(|error| unusable(error.to_string()))?.descriptor.mapping.clone())
    })?;
    terminal.line(serde_json::to_string_pretty(&mapping).unwrap_or_default())?;
    Ok(())
}
