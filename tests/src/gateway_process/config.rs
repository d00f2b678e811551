//! Writes a `gateway.toml` and the credential files that it points at.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The configuration of a gateway.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GatewayConfig {
    server: Server,
    store: Store,
    connectors: BTreeMap<String, Connector>,
    instances: BTreeMap<String, InstanceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Log>,
    #[serde(skip)]
    folder: PathBuf,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Server {
    listen: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    admin_tokens: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compile_seconds: Option<u64>,
}

#[derive(Debug, Clone, Serialize)]
struct Log {
    level: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Store {
    url: String,
}

#[derive(Debug, Clone, Serialize)]
struct Connector {
    file: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// One `[instances.NAME]`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct InstanceConfig {
    pub connector: String,
    pub base_url: String,
    /// Simulators are on the loopback interface, which egress refuses without this.
    pub allow_private_addresses: bool,
    /// `file:PATH`; see [`GatewayConfig::credential`].
    pub credential: String,
    /// See [`token_hash`].
    pub tokens: Vec<String>,
    /// A mapping instead of the connector's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_policy: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub limits: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, Value>,
    /// `[instances.NAME.guard-rails]`
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub guard_rails: Map<String, Value>,
    /// `[instances.NAME.jit]`
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub jit: Map<String, Value>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot write {path}: {source}")]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("the configuration cannot be written as TOML: {0}")]
    Unsayable(#[from] toml::ser::Error),
}

impl InstanceConfig {
    /// An instance of an app on the loopback interface.
    pub fn on_loopback(connector: &str, base_url: &str) -> Self {
        let (connector, base_url) = (connector.to_owned(), base_url.to_owned());
        Self { connector, base_url, allow_private_addresses: true, ..Self::default() }
    }
}

impl GatewayConfig {
    /// A gateway on a free loopback port with all its files in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self {
            server: Server { listen: "127.0.0.1:0".into(), admin_tokens: Vec::new(), compile_seconds: None },
            store: Store { url: format!("sqlite:{}", folder.join("gateway.db").display()) },
            connectors: BTreeMap::new(),
            instances: BTreeMap::new(),
            log: None,
            folder: folder.to_owned(),
        }
    }

    /// Uses this store instead of the SQLite file in the folder.
    pub fn store(&mut self, url: &str) {
        self.store = Store { url: url.to_owned() };
    }

    /// Sets the log level; by default every operation is logged.
    pub fn log_level(&mut self, level: &'static str) {
        self.log = Some(Log { level });
    }

    pub fn connector(&mut self, name: &str, file: PathBuf) {
        self.connectors.insert(name.to_owned(), Connector { file, sha256: None });
    }

    /// Pins a connector to the file with this digest.
    pub fn pin(&mut self, connector: &str, sha256: &str) {
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.sha256 = Some(sha256.to_owned());
        }
    }

    /// Admits a token to the operator's routes; see [`token_hash`].
    pub fn admin_token(&mut self, hash: String) {
        self.server.admin_tokens.push(hash);
    }

    /// Limits the processor time to compile a connector.
    pub fn compile_seconds(&mut self, seconds: u64) {
        self.server.compile_seconds = Some(seconds);
    }

    /// Sets the address to listen on, which takes effect after a restart only.
    pub fn listen(&mut self, address: &str) {
        address.clone_into(&mut self.server.listen);
    }

    pub fn instance(&mut self, name: &str, instance: InstanceConfig) {
        self.instances.insert(name.to_owned(), instance);
    }

    pub fn remove_instance(&mut self, name: &str) {
        self.instances.remove(name);
    }

    /// The configuration of an instance.
    pub fn instance_mut(&mut self, name: &str) -> Option<&mut InstanceConfig> {
        self.instances.get_mut(name)
    }

    /// Writes an app's credential to a file that only its owner can read and returns the configuration's reference to it.
    pub fn credential(&self, instance: &str, secret: &str) -> Result<String, ConfigError> {
        let path = self.folder.join(format!("{instance}.credential"));
        write(&path, secret)?;
        Ok(format!("file:{}", path.display()))
    }

    /// Writes `gateway.toml` and returns its path.
    pub fn write(&self) -> Result<PathBuf, ConfigError> {
        let path = self.folder.join("gateway.toml");
        write(&path, &toml::to_string(self)?)?;
        Ok(path)
    }
}

/// The form of an inbound token in the configuration: `sha256:` and 64 hexadecimal digits.
pub fn token_hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().fold("sha256:".to_owned(), |hash, byte| format!("{hash}{byte:02x}"))
}

fn write(path: &Path, text: &str) -> Result<(), ConfigError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|source| ConfigError::Unwritable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_file_reads_as_the_gateway_documents_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = GatewayConfig::new(folder.path());
        config.connector("samanage", "samanage_connector.wasm".into());
        let credential = config.credential("acme", "secret").unwrap();
        config.instance(
            "acme",
            InstanceConfig {
                credential: credential.clone(),
                tokens: vec![token_hash("secret")],
                settings: Map::from_iter([("unknown-references".to_owned(), Value::from("create"))]),
                ..InstanceConfig::on_loopback("samanage", "http://127.0.0.1:1")
            },
        );
        let text = std::fs::read_to_string(config.write().unwrap()).unwrap();
        let read: toml::Table = text.parse().unwrap();
        let acme = &read["instances"]["acme"];
        assert_eq!(acme["base-url"].as_str(), Some("http://127.0.0.1:1"));
        assert_eq!(acme["credential"].as_str(), Some(credential.as_str()));
        assert_eq!(acme["settings"]["unknown-references"].as_str(), Some("create"));
        assert_eq!(
            acme["tokens"][0].as_str(),
            Some("sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b")
        );
        assert_eq!(read["server"]["listen"].as_str(), Some("127.0.0.1:0"));
        assert!(!text.contains("= \"secret\""));
    }
}
