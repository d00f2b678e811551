//! A gateway whose files are written to while it runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::http::{Http, HttpAnswer, HttpRequest};
use scim_gateway_tests::system::{Development, Plan, System};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// Longer than any reload on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A text of the Samanage connector's descriptor that clients are shown; of two connectors one has another text there.
const MARKER: &str = "A user of Samanage, requester or agent.";
pub(crate) const OTHER_MARKER: &str = "A user of Samanage, in another version.";

pub(crate) struct World {
    pub(crate) system: System,
    pub(crate) development: Development,
    pub(crate) artifacts: Artifacts,
    pub(crate) folder: TempDir,
    http: Http,
    user: String,
}

impl World {
    pub(crate) async fn watching() -> Self {
        Self::start(true).await
    }

    /// Without `--watch`.
    pub(crate) async fn not_watching() -> Self {
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
        let mut world = Self { system, development, artifacts, folder, http: Http::default(), user: String::new() };
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada@example.com", "displayName": "Ada", "title": "Countess",
            "emails": [{ "type": "work", "value": "ada@example.com" }],
        });
        let created = world.call("POST", "app", "/Users", Some(&user)).await;
        assert_eq!(created.status, 201, "{}", created.body);
        world.user = json(&created)["id"].as_str().unwrap().to_owned();
        world
    }

    pub(crate) fn mapping(&self) -> PathBuf {
        self.development.mapping("app")
    }

    pub(crate) fn connector(&self) -> PathBuf {
        self.artifacts.connector("samanage")
    }

    pub(crate) fn config(&self) -> GatewayConfig {
        self.system.written.clone()
    }

    /// What the gateway said so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("gateway.log")).unwrap()
    }

    pub(crate) async fn call(&self, method: &str, instance: &str, path: &str, body: Option<&Value>) -> HttpAnswer {
        let url = format!("{}/{instance}/scim/v2{path}", self.system.gateway.url());
        let token = &self.system.instances[0].token;
        let request = HttpRequest::new(method, url).header("authorization", format!("Bearer {token}"));
        self.http.send(body.into_iter().fold(request, HttpRequest::json)).await.unwrap()
    }

    /// Whether the user's title is shown: it is exactly when the mapping has a rule for it.
    pub(crate) async fn shows_title(&self) -> bool {
        let answer = self.call("GET", "app", &format!("/Users/{}", self.user), None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body.contains("Countess")
    }

    pub(crate) async fn shows_other_connector(&self) -> bool {
        self.call("GET", "app", "/ResourceTypes/User", None).await.body.contains(OTHER_MARKER)
    }

    pub(crate) async fn operator(&self, method: &str, path: &str, token: Option<&str>) -> HttpAnswer {
        let request = HttpRequest::new(method, format!("{}{path}", self.system.gateway.url()));
        let request = token
            .into_iter()
            .fold(request, |request, token| request.header("authorization", format!("Bearer {token}")));
        self.http.send(request).await.unwrap()
    }

    /// The reloads so far, the latest first.
    pub(crate) async fn reloads(&self) -> Vec<Value> {
        let answer = self.operator("GET", "/-/reloads", Some(&self.development.admin_token)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        json(&answer)["reloads"].as_array().unwrap().clone()
    }

    /// The reload that was asked for.
    pub(crate) async fn reload(&self) -> Value {
        let answer = self.operator("POST", "/-/reload", Some(&self.development.admin_token)).await;
        assert!([200, 422].contains(&answer.status), "{} {}", answer.status, answer.body);
        json(&answer)
    }

    /// Waits for the latest reload to be as asked.
    pub(crate) async fn reloaded(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let latest = self.reloads().await.remove(0);
            if is(&latest) {
                return latest;
            }
            assert!(Instant::now() < deadline, "{what} did not happen; the latest is {latest:#}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn stop(self) {
        self.system.stop().await.unwrap();
    }
}

/// Waits for something to be so.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, is: impl Fn() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !is().await {
        assert!(Instant::now() < deadline, "{what} did not happen");
        sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) fn json(answer: &HttpAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

/// The connector's own mapping.
pub(crate) fn with_title() -> String {
    std::fs::read_to_string(Development::original("samanage")).unwrap()
}

/// The same without the rule for `title`.
pub(crate) fn without_title() -> String {
    let text = with_title();
    let without = text.replace("{ \"scim\": \"title\", \"app\": \"title\" },", "");
    assert_ne!(text, without);
    without
}

/// One that names an attribute that does not exist: line 5 of the file.
pub(crate) fn broken() -> String {
    let text = with_title();
    let broken =
        text.replace("\"emails[type eq \\\"work\\\"].value\", \"app\": \"email\"", "\"emial\", \"app\": \"email\"");
    assert_ne!(text, broken);
    broken
}

/// The connector with another text in its descriptor.
pub(crate) fn other_connector(file: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    let at = bytes.windows(MARKER.len()).position(|window| window == MARKER.as_bytes()).unwrap();
    bytes.splice(at..at + MARKER.len(), OTHER_MARKER.bytes());
    bytes
}
