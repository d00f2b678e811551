//! A gateway whose mapping, connector and configuration a test edits while it runs.

use super::edits::OTHER_MARKER;
use super::wait::until;
use crate::artifacts::Artifacts;
use crate::gateway_process::{GatewayConfig, GatewayProcess};
use crate::http::{Http, HttpAnswer, HttpRequest};
use crate::system::{Development, Instance, Plan, System};
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;

/// An instance `app` of Samanage with copies of the connector and its mapping, and one user who has a title.
#[derive(Debug)]
pub struct EditableWorld {
    pub instance: Instance,
    pub development: Development,
    /// The gateway, and the folder of the copied connector.
    pub artifacts: Artifacts,
    pub folder: TempDir,
    /// The `gateway.toml` that the gateway reads.
    pub config_file: PathBuf,
    /// The id of the user.
    pub user: String,
    written: GatewayConfig,
    gateway: Option<GatewayProcess>,
    http: Http,
}

impl EditableWorld {
    /// With a gateway that watches its files.
    pub async fn watching() -> Self {
        Self::start(true).await
    }

    /// With a gateway that reloads only when it is asked to.
    pub async fn not_watching() -> Self {
        Self::start(false).await
    }

    async fn start(watch: bool) -> Self {
        let built = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let connectors = folder.path().join("connectors");
        std::fs::create_dir(&connectors).unwrap();
        let artifacts = Artifacts { gateway: built.gateway.clone(), connectors };
        std::fs::copy(built.connector("samanage"), artifacts.connector("samanage")).unwrap();
        let development = Development::new(folder.path().join("mappings"), watch);
        let plan = Plan::new("app", "samanage");
        let system = System::start_for_development(&artifacts, folder.path(), &[plan], &development).await.unwrap();
        let System { gateway, written, config, mut instances } = system;
        let mut world = Self {
            instance: instances.remove(0),
            development,
            artifacts,
            folder,
            config_file: config,
            user: String::new(),
            written,
            gateway: Some(gateway),
            http: Http::default(),
        };
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada@example.com", "displayName": "Ada", "title": "Countess",
            "emails": [{ "type": "work", "value": "ada@example.com" }],
        });
        let created = world.call("POST", "app", "/Users", Some(&user)).await;
        assert_eq!(created.status, 201, "{}", created.body);
        world.user = created.json()["id"].as_str().unwrap().to_owned();
        world
    }

    /// The instance's mapping.
    pub fn mapping(&self) -> PathBuf {
        self.development.mapping("app")
    }

    /// The connector's file.
    pub fn connector(&self) -> PathBuf {
        self.artifacts.connector("samanage")
    }

    /// The configuration that the gateway was started with, to change and write again.
    pub fn config(&self) -> GatewayConfig {
        self.written.clone()
    }

    /// The gateway, unless it was stopped.
    pub fn gateway(&self) -> &GatewayProcess {
        self.gateway.as_ref().unwrap()
    }

    /// What the gateway has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("gateway.log")).unwrap()
    }

    /// Sends a SCIM request to an instance.
    pub async fn call(&self, method: &str, instance: &str, path: &str, body: Option<&Value>) -> HttpAnswer {
        self.call_at(self.gateway().url(), method, instance, path, body).await
    }

    /// As [`Self::call`], to the gateway at this base URL.
    pub async fn call_at(
        &self,
        url: &str,
        method: &str,
        instance: &str,
        path: &str,
        body: Option<&Value>,
    ) -> HttpAnswer {
        let request = HttpRequest::new(method, format!("{url}/{instance}/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.instance.token));
        self.http.send(body.into_iter().fold(request, HttpRequest::json)).await.unwrap()
    }

    /// Whether the user's title is in the answer, as it is exactly when the mapping has a rule for it.
    pub async fn shows_title(&self) -> bool {
        let answer = self.call("GET", "app", &format!("/Users/{}", self.user), None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body.contains("Countess")
    }

    /// Whether [`super::other_connector`] is in force.
    pub async fn shows_other_connector(&self) -> bool {
        self.call("GET", "app", "/ResourceTypes/User", None).await.body.contains(OTHER_MARKER)
    }

    /// Sends a request to one of the operator's routes.
    pub async fn operator(&self, method: &str, path: &str, token: Option<&str>) -> HttpAnswer {
        let request = HttpRequest::new(method, format!("{}{path}", self.gateway().url()));
        let request = token
            .into_iter()
            .fold(request, |request, token| request.header("authorization", format!("Bearer {token}")));
        self.http.send(request).await.unwrap()
    }

    /// The reloads so far, the latest first.
    pub async fn reloads(&self) -> Vec<Value> {
        let answer = self.operator("GET", "/-/reloads", Some(&self.development.admin_token)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["reloads"].as_array().unwrap().clone()
    }

    /// Asks for a reload and returns its report.
    pub async fn reload(&self) -> Value {
        let answer = self.operator("POST", "/-/reload", Some(&self.development.admin_token)).await;
        assert!([200, 422].contains(&answer.status), "{} {}", answer.status, answer.body);
        answer.json()
    }

    /// Waits until the latest reload is as it should be and returns its report.
    pub async fn reloaded(&self, what: &str, is_as_it_should_be: impl Fn(&Value) -> bool) -> Value {
        until(what, async || self.reloads().await.remove(0), is_as_it_should_be).await
    }

    /// Stops the gateway gracefully; the app and all files stay.
    pub async fn stop_gateway(&mut self) {
        self.gateway.take().unwrap().stop().await.unwrap();
    }

    /// Stops the gateway gracefully, then the app.
    pub async fn stop(mut self) {
        self.stop_gateway().await;
        self.instance.app.stop().await;
    }
}
