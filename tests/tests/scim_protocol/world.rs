//! One app, one gateway, and a client that says what the RFCs say.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::conversation::InstanceOptions;
use scim_gateway_tests::gateway_process::GatewayProcess;
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::system::{Instance, Plan, System};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

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
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    pub(crate) fn etag(&self) -> String {
        self.headers.get("etag").cloned().unwrap_or_default()
    }

    /// Status and `scimType` of an error.
    pub(crate) fn error(&self) -> (u16, Option<&str>) {
        (self.status, self.body["scimType"].as_str())
    }
}

impl World {
    pub(crate) async fn start(connector: &str) -> Self {
        let artifacts = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = serde_json::Map::new();
        if connector == "askspoke" {
            settings.insert("organization".to_owned(), json!("acme"));
        }
        let options = InstanceOptions { settings, ..InstanceOptions::default() };
        let plan = Plan { name: "app".to_owned(), connector: connector.to_owned(), options };
        let System { gateway, config, mut instances, .. } =
            System::start(&artifacts, folder.path(), &[plan]).await.unwrap();
        let gateway = Some(gateway);
        Self {
            instance: instances.remove(0),
            gateway,
            binary: artifacts.gateway,
            config,
            folder,
            http: Http::default(),
        }
    }

    /// What the gateway has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("gateway.log")).unwrap_or_default()
    }

    /// The rows of the provisioning log of what was refused or broke, the oldest first.
    pub(crate) fn failed_rows(&self) -> Vec<Value> {
        let output = Command::new(&self.binary)
            .args(["log", "--json", "--outcome", "failed", "--config"])
            .arg(&self.config)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A request as it is, with this token.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        with: impl FnOnce(HttpRequest) -> HttpRequest,
    ) -> u16 {
        let url = format!("{}/app/scim/v2{path}", self.gateway.as_ref().unwrap().url());
        let request = HttpRequest::new(method, url).header("authorization", format!("Bearer {token}"));
        self.http.send(with(request)).await.unwrap().status
    }

    pub(crate) async fn start_again(&mut self) {
        self.gateway.take().unwrap().stop().await.unwrap();
        let log = self.folder.path().join("again.log");
        self.gateway = Some(GatewayProcess::start(&self.binary, &self.config, &log).await.unwrap());
    }

    pub(crate) async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let url = self.gateway.as_ref().unwrap().url();
        let mut request = HttpRequest::new(method, format!("{url}/app/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.instance.token))
            .header("user-agent", "tests");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = self.http.send(request).await.unwrap();
        let body = serde_json::from_str(&answer.body).unwrap_or_default();
        Answer { status: answer.status, headers: answer.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, &[], body).await
    }

    /// A list with these query parameters.
    pub(crate) async fn list(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.get(&format!("{endpoint}?{query}")).await
    }

    /// Creates a user and answers the id.
    pub(crate) async fn user(&self, name: &str) -> String {
        self.post("/Users", &user(name)).await.expect(201)["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "emails": [{ "type": "work", "value": name }],
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
    })
}

pub(crate) fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

/// What an attribute of a list's resources holds.
pub(crate) fn column<'a>(list: &'a Value, attribute: &str) -> Vec<&'a str> {
    list["Resources"].as_array().unwrap().iter().map(|each| each[attribute].as_str().unwrap_or_default()).collect()
}
