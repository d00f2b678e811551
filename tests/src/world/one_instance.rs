//! One app, one instance of the real gateway in front of it, and a client.

use super::client::Client;
use crate::artifacts::Artifacts;
use crate::gateway_process::{GatewayConfig, GatewayProcess};
use crate::http::Http;
use crate::simulators::Simulator;
use crate::system::{Instance, Plan, System};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The instance's name, in the configuration and in URLs.
pub const INSTANCE: &str = "app";

/// A running gateway with one instance, and the app behind it.
#[derive(Debug)]
pub struct World {
    pub instance: Instance,
    pub http: Http,
    pub(super) client: Client,
    gateway: Option<GatewayProcess>,
    binary: PathBuf,
    config: PathBuf,
    folder: TempDir,
}

impl World {
    /// An instance of a connector, and a client that follows the RFCs.
    pub async fn exact(connector: &str) -> Self {
        Self::start(Client::Exact, Plan::new(INSTANCE, connector), |_| ()).await
    }

    /// An instance of a connector that Okta provisions into.
    pub async fn okta(connector: &str) -> Self {
        Self::okta_on_store(connector, None).await
    }

    /// As [`Self::okta`], with this store (`postgres://…`) instead of an SQLite file of its own.
    pub async fn okta_on_store(connector: &str, store: Option<&str>) -> Self {
        let configure = |config: &mut GatewayConfig| store.into_iter().for_each(|store| config.store(store));
        Self::start(Client::Okta, Plan::new(INSTANCE, connector), configure).await
    }

    /// As [`Self::okta`], with a gateway that may be given a limit on the size of its files, as a full disk imposes.
    pub async fn okta_that_survives_a_full_disk(connector: &str) -> Self {
        let mut world = Self::okta(connector).await;
        world.stop().await;
        let log = world.folder().join("again.log");
        let gateway = GatewayProcess::start_on_a_small_disk(&world.binary, &world.config, &log);
        world.gateway = Some(gateway.await.unwrap());
        world
    }

    /// As [`Self::okta`], with this `group-policy`.
    pub async fn okta_with_policy(connector: &str, policy: &str) -> Self {
        let mut plan = Plan::new(INSTANCE, connector);
        plan.options.group_policy = Some(policy.to_owned());
        Self::start(Client::Okta, plan, |_| ()).await
    }

    /// Starts what is planned; `configure` may change the gateway's configuration first.
    pub async fn start(client: Client, plan: Plan, configure: impl FnOnce(&mut GatewayConfig)) -> Self {
        let artifacts = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let plans = [plan];
        let system = System::start_with(&artifacts, folder.path(), &plans, configure);
        let System { gateway, config, mut instances, .. } = system.await.unwrap();
        Self {
            instance: instances.remove(0),
            http: Http::default(),
            client,
            gateway: Some(gateway),
            binary: artifacts.gateway,
            config,
            folder,
        }
    }

    /// The simulated app.
    pub fn app(&self) -> &Simulator {
        &self.instance.app
    }

    /// The folder of the gateway's configuration, store and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the first gateway process has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("gateway.log")).unwrap_or_default()
    }

    /// The gateway's program.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// The base URL of the running gateway.
    pub fn url(&self) -> &str {
        self.gateway.as_ref().unwrap().url()
    }

    /// Stops the gateway gracefully.
    pub async fn stop(&mut self) {
        self.gateway.take().unwrap().stop().await.unwrap();
    }

    /// Stops the gateway as `kill -9` does.
    pub fn kill(&mut self) {
        drop(self.gateway.take());
    }

    /// Starts the gateway after [`Self::stop`] or [`Self::kill`].
    pub async fn start_again(&mut self) {
        self.gateway = Some(self.another_gateway("again.log").await);
    }

    /// Stops the gateway gracefully and starts it again.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Starts another gateway process with the same configuration; its log goes to a file of this name.
    pub async fn another_gateway(&self, log: &str) -> GatewayProcess {
        GatewayProcess::start(&self.binary, &self.config, &self.folder().join(log)).await.unwrap()
    }

    /// The process of the running gateway.
    pub fn process(&self) -> u32 {
        self.gateway.as_ref().and_then(GatewayProcess::id).unwrap()
    }

    /// Runs a command of the gateway with this configuration and returns what it printed. The command must succeed.
    pub fn command(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.binary);
        let output = command.args(arguments).arg("--config").arg(&self.config).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The failed operations in the provisioning log, the oldest first.
    pub fn failed_rows(&self) -> Vec<Value> {
        let rows = self.command(&["log", "--json", "--outcome", "failed"]);
        rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
