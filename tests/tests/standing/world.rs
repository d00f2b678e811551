//! One app, one gateway, and the calls that an identity provider makes.

use std::path::{Path, PathBuf};

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::conversation::InstanceOptions;
use scim_gateway_tests::gateway_process::GatewayProcess;
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::simulators::Simulator;
use scim_gateway_tests::system::{Instance, Plan, System};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const SPLASHTOP_USER: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";

pub(crate) struct World {
    pub(crate) instance: Instance,
    gateway: Option<GatewayProcess>,
    binary: PathBuf,
    config: PathBuf,
    folder: TempDir,
    http: Http,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

impl World {
    pub(crate) async fn start(connector: &str) -> Self {
        Self::with(connector, None, None).await
    }

    pub(crate) async fn with_policy(connector: &str, policy: Option<&str>) -> Self {
        Self::with(connector, policy, None).await
    }

    /// With a store of its own: `postgres://…`.
    pub(crate) async fn on_store(connector: &str, store: Option<&str>) -> Self {
        Self::with(connector, None, store).await
    }

    async fn with(connector: &str, policy: Option<&str>, store: Option<&str>) -> Self {
        let artifacts = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = serde_json::Map::new();
        if connector == "askspoke" {
            settings.insert("organization".to_owned(), json!("acme"));
        }
        let group_policy = policy.map(str::to_owned);
        let options = InstanceOptions { settings, group_policy, ..InstanceOptions::default() };
        let plan = Plan { name: "app".to_owned(), connector: connector.to_owned(), options };
        let System { gateway, config, mut instances, .. } =
            System::start_with(&artifacts, folder.path(), &[plan], |config| {
                if let Some(store) = store {
                    config.store(store);
                }
            })
            .await
            .unwrap();
        Self {
            instance: instances.remove(0),
            gateway: Some(gateway),
            binary: artifacts.gateway,
            config,
            folder,
            http: Http::default(),
        }
    }

    pub(crate) fn app(&self) -> &Simulator {
        &self.instance.app
    }

    /// What opens the app.
    pub(crate) fn credential(&self) -> (String, String) {
        self.instance.credential()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn stop(&mut self) {
        self.gateway.take().unwrap().stop().await.unwrap();
    }

    /// As `kill -9`.
    pub(crate) fn kill(&mut self) {
        drop(self.gateway.take());
    }

    pub(crate) async fn start_again(&mut self) {
        self.gateway = Some(self.another_gateway(&self.config, "again.log").await);
    }

    pub(crate) async fn another_gateway(&self, config: &Path, log: &str) -> GatewayProcess {
        GatewayProcess::start(&self.binary, config, &self.folder.path().join(log)).await.unwrap()
    }

    /// Runs a command of the gateway's to its end; what it printed.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let mut command = std::process::Command::new(&self.binary);
        let output = command.args(arguments).arg("--config").arg(&self.config).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// The gateway's URL.
    pub(crate) fn url(&self) -> String {
        self.gateway.as_ref().unwrap().url().to_owned()
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.try_call_at(&self.url(), method, path, body).await.unwrap()
    }

    /// Without an answer where the gateway is gone.
    pub(crate) async fn try_call_at(&self, url: &str, method: &str, path: &str, body: Value) -> Option<Answer> {
        let request = HttpRequest::new(method, format!("{url}/app/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.instance.token))
            .header("user-agent", "Okta SCIM Client 1.0.0");
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = self.http.send(request).await.ok()?;
        Some(Answer { status: answer.status, body: serde_json::from_str(&answer.body).unwrap_or_default() })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Value::Null).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, Value::Null).await
    }

    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.call("PATCH", path, patch(operations)).await
    }

    pub(crate) async fn find(&self, endpoint: &str, filter: &str) -> Vec<Value> {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let list = self.get(&format!("{endpoint}?filter={filter}")).await.expect(200);
        list["Resources"].as_array().cloned().unwrap_or_default()
    }

    /// A user of that name; answers the id.
    pub(crate) async fn user(&self, name: &str) -> String {
        let user = self.call("POST", "/Users", user(name)).await.expect(201);
        user["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let group = self.call("POST", "/Groups", group(name, members)).await.expect(201);
        group["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn set_active(&self, id: &str, active: bool) -> Answer {
        let operation = json!([{ "op": "replace", "value": { "active": active } }]);
        self.patch(&format!("/Users/{id}"), operation).await
    }

    pub(crate) async fn add(&self, group: &str, user: &str) {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
        self.patch(&format!("/Groups/{group}"), add).await.expect(204);
    }

    pub(crate) async fn remove(&self, group: &str, user: &str) {
        let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{user}\"]") }]);
        self.patch(&format!("/Groups/{group}"), remove).await.expect(204);
    }

    /// The ids of the members that the client is shown, in order.
    pub(crate) async fn members(&self, group: &str) -> Vec<String> {
        let group = self.get(&format!("/Groups/{group}")).await.expect(200);
        let mut members: Vec<String> = group["members"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|member| member["value"].as_str().unwrap().to_owned())
            .collect();
        members.sort();
        members
    }

    /// The names of the app's users, in order.
    pub(crate) fn app_users(&self) -> Vec<String> {
        names(&self.app().state()["users"], "userName")
    }

    /// The names of the users in a group of the app, in order.
    pub(crate) fn app_members(&self, group: &str) -> Vec<String> {
        let state = self.app().state();
        let groups = state["groups"].as_array().unwrap();
        let found = groups.iter().find(|each| each["displayName"] == group).unwrap();
        names(&found["members"], "display")
    }
}

pub(crate) fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", SPLASHTOP_USER],
        "userName": name,
        "externalId": format!("e-{name}"),
        "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
        SPLASHTOP_USER: { "ssoName": "Okta SSO" },
    })
}

pub(crate) fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name,
        "members": members,
    })
}

pub(crate) fn patch(operations: Value) -> Value {
    let mut message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] });
    message["Operations"] = operations;
    message
}

fn names(list: &Value, attribute: &str) -> Vec<String> {
    let mut names: Vec<String> =
        list.as_array().unwrap().iter().map(|each| each[attribute].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}
