//! One app, one instance of the real gateway in front of it, and a client that says what it is told to.
#![allow(dead_code, reason = "each of the tests that share it needs a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::gateway_process::{GatewayConfig, GatewayProcess};
use scim_gateway_tests::http::{Http, HttpAnswer, HttpError, HttpRequest};
use scim_gateway_tests::simulators::Simulator;
use scim_gateway_tests::system::{Instance, Plan, System};
use serde_json::Value;
use tempfile::TempDir;

/// What the instance is called.
pub(crate) const APP: &str = "app";
pub(crate) const OKTA: &str = "Okta SCIM Client 1.0.0";

pub(crate) struct World {
    pub(crate) instance: Instance,
    pub(crate) http: Http,
    user_agent: &'static str,
    gateway: Option<GatewayProcess>,
    binary: PathBuf,
    config: PathBuf,
    folder: TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

impl World {
    pub(crate) async fn start_with(
        user_agent: &'static str,
        plan: Plan,
        configure: impl FnOnce(&mut GatewayConfig),
    ) -> Self {
        let artifacts = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let plans = [plan];
        let system = System::start_with(&artifacts, folder.path(), &plans, configure);
        let System { gateway, config, mut instances, .. } = system.await.unwrap();
        Self {
            instance: instances.remove(0),
            http: Http::default(),
            user_agent,
            gateway: Some(gateway),
            binary: artifacts.gateway,
            config,
            folder,
        }
    }

    pub(crate) fn app(&self) -> &Simulator {
        &self.instance.app
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the gateway has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("gateway.log")).unwrap_or_default()
    }

    /// The gateway's URL.
    pub(crate) fn url(&self) -> &str {
        self.gateway.as_ref().unwrap().url()
    }

    pub(crate) async fn stop(&mut self) {
        self.gateway.take().unwrap().stop().await.unwrap();
    }

    /// As `kill -9`.
    pub(crate) fn kill(&mut self) {
        drop(self.gateway.take());
    }

    /// After [`Self::stop`] or [`Self::kill`].
    pub(crate) async fn start_again(&mut self) {
        self.gateway = Some(self.another_gateway("again.log").await);
    }

    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Beside the first one, with the same configuration.
    pub(crate) async fn another_gateway(&self, log: &str) -> GatewayProcess {
        GatewayProcess::start(&self.binary, &self.config, &self.folder().join(log)).await.unwrap()
    }

    /// Runs a command of the gateway's to its end; what it printed.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let mut command = std::process::Command::new(&self.binary);
        let output = command.args(words).arg("--config").arg(&self.config).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Without a body where it is null.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    pub(crate) async fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.send(self.url(), method, path, headers, body).await.unwrap()
    }

    /// At another gateway.
    pub(crate) async fn call_at(&self, url: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.send(url, method, path, &[], body).await.unwrap()
    }

    /// Without an answer where the gateway is gone.
    pub(crate) async fn try_call(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        self.send(self.url(), method, path, &[], body).await.ok()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, &Value::Null).await
    }

    async fn send(
        &self,
        url: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, HttpError> {
        let request = HttpRequest::new(method, format!("{url}/{APP}/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.instance.token))
            .header("user-agent", self.user_agent);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
        let request = if body.is_null() { request } else { request.json(body) };
        let HttpAnswer { status, headers, body } = self.http.send(request).await?;
        Ok(Answer { status, headers, body: serde_json::from_str(&body).unwrap_or_default() })
    }
}
