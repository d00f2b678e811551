//! How fast a gateway with many instances is ready, and what they hold in memory.

use super::memory::{Kibibytes, resident, shown};
use crate::artifacts::{Artifacts, BuildError, connector_ids};
use crate::gateway_process::{ConfigError, GatewayConfig, GatewayError, GatewayProcess, InstanceConfig, token_hash};
use crate::system::required_settings;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The figures of one number of instances.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Started {
    pub instances: usize,
    /// From starting the process to the first 200 of `/readyz`, with nothing compiled before.
    pub cold_ms: f64,
    /// The same when the compiled connectors are on the disk.
    pub warm_ms: f64,
    /// Resident memory of the idle gateway after the warm start.
    pub memory: Option<Kibibytes>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub connectors: usize,
    /// One instance a connector.
    pub few: Started,
    pub many: Started,
    /// Kibibytes that each further instance of a loaded connector holds.
    pub further_instance: Option<f64>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Connectors(#[from] BuildError),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
}

/// Starts a gateway with one instance a connector, then one with `many`, each cold and warm. `artifacts.gateway` decides what is
/// measured: the figures are asked of a release build.
pub async fn run(artifacts: &Artifacts, folder: &Path, many: usize) -> Result<Report, StartError> {
    let connectors = connector_ids()?;
    let few = started(artifacts, &folder.join("few"), &connectors, connectors.len()).await?;
    let many = started(artifacts, &folder.join("many"), &connectors, many).await?;
    let further = many.instances.saturating_sub(few.instances).max(1);
    #[expect(clippy::cast_precision_loss, reason = "kilobytes and instances are far below 2^52")]
    let further_instance =
        many.memory.zip(few.memory).map(|(many, few)| (many.0 as f64 - few.0 as f64) / further as f64);
    Ok(Report { connectors: connectors.len(), few, many, further_instance })
}

async fn started(
    artifacts: &Artifacts,
    folder: &Path,
    connectors: &[String],
    instances: usize,
) -> Result<Started, StartError> {
    std::fs::create_dir_all(folder).map_err(|source| StartError::File { path: folder.to_owned(), source })?;
    let mut config = GatewayConfig::new(folder);
    for id in connectors {
        config.connector(id, artifacts.connector(id));
    }
    for (number, id) in connectors.iter().cycle().take(instances).enumerate() {
        let name = format!("{id}-{number}");
        let instance = InstanceConfig {
            credential: config.credential(&name, &format!("secret-{number}"))?,
            tokens: vec![token_hash(&name)],
            settings: required_settings(id),
            ..InstanceConfig::on_loopback(id, "http://127.0.0.1:9")
        };
        config.instance(&name, instance);
    }
    let config = config.write()?;
    let (cold_ms, _) = start_and_stop(artifacts, &config, folder).await?;
    let (warm_ms, memory) = start_and_stop(artifacts, &config, folder).await?;
    Ok(Started { instances, cold_ms, warm_ms, memory })
}

async fn start_and_stop(
    artifacts: &Artifacts,
    config: &Path,
    folder: &Path,
) -> Result<(f64, Option<Kibibytes>), StartError> {
    let begun = Instant::now();
    let gateway = GatewayProcess::start(&artifacts.gateway, config, &folder.join("gateway.log")).await?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let memory = gateway.id().and_then(resident);
    gateway.stop().await?;
    Ok((took, memory))
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connectors = self.connectors;
        writeln!(
            f,
            "{:>9}  {:>10}  {:>8}  {:>8}  {:>12}",
            "instances", "connectors", "cold ms", "warm ms", "idle memory"
        )?;
        for Started { instances, cold_ms, warm_ms, memory } in [&self.few, &self.many] {
            let memory = shown(*memory);
            writeln!(f, "{instances:>9}  {connectors:>10}  {cold_ms:>8.0}  {warm_ms:>8.0}  {memory:>12}")?;
        }
        let each = self.further_instance.map_or_else(|| "unknown".to_owned(), |kibibytes| format!("{kibibytes:.1} kB"));
        writeln!(f, "each further instance: {each}")
    }
}
