//! The whole system on loopback: one simulator an instance, and the real gateway in front of them.

use crate::artifacts::{Artifacts, workspace};
use crate::conversation::{Conversation, InstanceOptions, Target};
use crate::gateway_process::{ConfigError, GatewayConfig, GatewayError, GatewayProcess, InstanceConfig, token_hash};
use crate::simulators::{Kind, Simulator, StartError, UnknownKind};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// An instance to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The instance's name in the URL.
    pub name: String,
    /// The connector's id, which is also the simulator's kind.
    pub connector: String,
    pub options: InstanceOptions,
}

impl Plan {
    /// An instance with the settings that its app cannot do without, and no others.
    pub fn new(name: &str, connector: &str) -> Self {
        let options = InstanceOptions { settings: required_settings(connector), ..InstanceOptions::default() };
        Self { name: name.to_owned(), connector: connector.to_owned(), options }
    }

    /// An instance for clients that know SCIM and nothing of the app; it is called as its connector.
    pub fn for_any_client(connector: &str) -> Self {
        let plan = Self::new(connector, connector);
        match connector {
            "samanage" => plan.setting("unknown-references", "create"),
            "splashtop" => plan.setting("default-sso-name", "Okta SSO"),
            _ => plan,
        }
    }

    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.settings.insert(name.to_owned(), value.into());
        self
    }
}

/// What an instance of a connector must be told.
pub fn required_settings(connector: &str) -> Map<String, Value> {
    let organization = (connector == "askspoke").then(|| ("organization".to_owned(), "acme".into()));
    organization.into_iter().collect()
}

impl From<&Conversation> for Plan {
    fn from(conversation: &Conversation) -> Self {
        Self {
            name: conversation.name.clone(),
            connector: conversation.connector.clone(),
            options: conversation.instance.clone(),
        }
    }
}

/// A running instance.
#[derive(Debug)]
pub struct Instance {
    pub name: String,
    pub connector: String,
    /// What the identity provider authenticates with.
    pub token: String,
    pub app: Simulator,
    app_credential: (String, String),
}

/// How a system is run in which things change.
#[derive(Debug, Clone)]
pub struct Development {
    /// The folder for an editable copy of each instance's mapping, `<instance>.json`; one that is there is used as it is.
    pub mappings: PathBuf,
    /// Opens the operator's routes.
    pub admin_token: String,
    /// Whether the gateway watches its files.
    pub watch: bool,
}

#[derive(Debug)]
pub struct System {
    pub gateway: GatewayProcess,
    /// What [`Self::config`] was written from.
    pub written: GatewayConfig,
    /// The `gateway.toml` that the gateway reads.
    pub config: PathBuf,
    pub instances: Vec<Instance>,
}

#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    #[error(transparent)]
    UnknownApp(#[from] UnknownKind),
    #[error(transparent)]
    Simulator(#[from] StartError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error("the copy of a mapping {path}: {source}")]
    Mapping { path: PathBuf, source: std::io::Error },
    #[error("there is no connector {id} at {path}")]
    NoConnector { id: String, path: PathBuf },
}

impl Instance {
    /// Name and value of the header that opens the app.
    pub fn credential(&self) -> (String, String) {
        self.app_credential.clone()
    }
}

impl System {
    /// Starts everything; the gateway's files go to `folder`, which must exist.
    pub async fn start(artifacts: &Artifacts, folder: &Path, plans: &[Plan]) -> Result<Self, SystemError> {
        Self::start_with(artifacts, folder, plans, |_| ()).await
    }

    /// As [`Self::start`], with a say in what the gateway is configured with.
    pub async fn start_with(
        artifacts: &Artifacts,
        folder: &Path,
        plans: &[Plan],
        configure: impl FnOnce(&mut GatewayConfig),
    ) -> Result<Self, SystemError> {
        Self::launch(artifacts, folder, plans, None, configure).await
    }

    /// As [`Self::start`], for changing things while it runs.
    pub async fn start_for_development(
        artifacts: &Artifacts,
        folder: &Path,
        plans: &[Plan],
        development: &Development,
    ) -> Result<Self, SystemError> {
        let token = token_hash(&development.admin_token);
        Self::launch(artifacts, folder, plans, Some(development), |config| config.admin_token(token)).await
    }

    async fn launch(
        artifacts: &Artifacts,
        folder: &Path,
        plans: &[Plan],
        development: Option<&Development>,
        configure: impl FnOnce(&mut GatewayConfig),
    ) -> Result<Self, SystemError> {
        let mut config = GatewayConfig::new(folder);
        let mut instances = Vec::new();
        for plan in plans {
            let file = artifacts.connector(&plan.connector);
            if !file.is_file() {
                return Err(SystemError::NoConnector { id: plan.connector.clone(), path: file });
            }
            let secret = fresh_secret("app");
            let kind: Kind = plan.connector.parse()?;
            let app = Simulator::start(kind, &secret).await?;
            let token = fresh_secret("scim");
            let options = plan.options.clone();
            let instance = InstanceConfig {
                credential: config.credential(&plan.name, &secret)?,
                tokens: vec![token_hash(&token)],
                mapping: development.map(|how| how.copy_mapping(plan)).transpose()?,
                client: options.client,
                auth: options.auth,
                username: options.username,
                group_policy: options.group_policy,
                limits: options.limits,
                settings: options.settings,
                ..InstanceConfig::on_loopback(&plan.connector, &app.api_url)
            };
            config.connector(&plan.connector, file);
            config.instance(&plan.name, instance);
            instances.push(Instance {
                name: plan.name.clone(),
                connector: plan.connector.clone(),
                token,
                app,
                app_credential: credential_header(kind, &secret),
            });
        }
        configure(&mut config);
        let (written, config) = (config.clone(), config.write()?);
        let log = folder.join("gateway.log");
        let gateway = match development {
            Some(Development { watch: true, .. }) => {
                GatewayProcess::start_watching(&artifacts.gateway, &config, &log).await?
            }
            _ => GatewayProcess::start(&artifacts.gateway, &config, &log).await?,
        };
        Ok(Self { gateway, written, config, instances })
    }

    /// What a player needs to know of an instance.
    pub fn target(&self, name: &str) -> Option<Target> {
        let instance = self.instances.iter().find(|instance| instance.name == name)?;
        Some(Target {
            gateway: self.gateway.url().to_owned(),
            instance: instance.name.clone(),
            token: instance.token.clone(),
            app: instance.app.base_url.clone(),
            app_credential: instance.app_credential.clone(),
        })
    }

    /// Stops the gateway gracefully, then the simulators.
    pub async fn stop(self) -> Result<(), SystemError> {
        let stopped = self.gateway.stop().await;
        for instance in self.instances {
            instance.app.stop().await;
        }
        Ok(stopped.map(drop)?)
    }
}

impl Development {
    /// With a new token.
    pub fn new(mappings: PathBuf, watch: bool) -> Self {
        Self { mappings, admin_token: fresh_secret("admin"), watch }
    }

    /// The mapping that a connector brings.
    pub fn original(connector: &str) -> PathBuf {
        workspace().join("plugins").join(connector).join("mapping.json")
    }

    /// The copy of an instance's mapping.
    pub fn mapping(&self, instance: &str) -> PathBuf {
        self.mappings.join(format!("{instance}.json"))
    }

    fn copy_mapping(&self, plan: &Plan) -> Result<PathBuf, SystemError> {
        let path = self.mapping(&plan.name);
        let failed = |source| SystemError::Mapping { path: path.clone(), source };
        if !path.exists() {
            std::fs::create_dir_all(&self.mappings).map_err(failed)?;
            std::fs::copy(Self::original(&plan.connector), &path).map_err(failed)?;
        }
        Ok(path)
    }
}

/// How an app's own administrator authenticates.
fn credential_header(kind: Kind, secret: &str) -> (String, String) {
    match kind {
        Kind::Samanage => ("x-samanage-authorization".into(), format!("Bearer {secret}")),
        Kind::Splashtop | Kind::AskSpoke => ("authorization".into(), format!("Bearer {secret}")),
    }
}

fn fresh_secret(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::new_v4().simple())
}
