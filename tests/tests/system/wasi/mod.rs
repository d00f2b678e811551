//! Connectors in JavaScript, Python and Rust for wasip2 serve requests with `wasi = "closed"`, and WASI gives them nothing: no
//! file, no network, no environment.

mod directory;

use self::directory::Directory;
use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::gateway_process::{GatewayProcess, token_hash};
use scim_gateway_tests::http::{Http, HttpAnswer, HttpRequest};
use scim_gateway_tests::wasi_components::{self, Components};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

#[tokio::test]
async fn rust_for_wasip2_serves_and_gets_nowhere() {
    serves_and_gets_nowhere(&wasi_components::rust().unwrap()).await;
}

#[tokio::test]
async fn javascript_serves_and_gets_nowhere() {
    serves_and_gets_nowhere(&wasi_components::javascript(target()).unwrap()).await;
}

#[tokio::test]
async fn python_serves_and_gets_nowhere() {
    serves_and_gets_nowhere(&wasi_components::python(target()).unwrap()).await;
}

async fn serves_and_gets_nowhere(components: &Components) {
    let artifacts = Artifacts::find_or_build().unwrap();
    let app = Directory::start().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.token"), "app-secret").unwrap();

    let config = configure(folder.path(), &components.directory, &app.url, "closed");
    serves(&artifacts.gateway, &config, &app).await;
    tells_what_happened(&artifacts.gateway, &config, components.language).await;

    let config = configure(folder.path(), &components.intruder, &app.url, "closed");
    gets_nowhere(&artifacts.gateway, &config, components.language);

    let config = configure(folder.path(), &components.intruder, &app.url, "refused");
    let report = check(&artifacts.gateway, &config, &[]);
    let message = report["mistakes"][0]["message"].as_str().unwrap();
    assert!(message.contains("it imports `wasi:") && message.contains("wasi = \"closed\""), "{message}");
}

/// A user is created, found, deactivated and deleted; the app gets what the mapping makes of each request.
async fn serves(gateway: &Path, config: &Path, app: &Directory) {
    let gateway = GatewayProcess::start(gateway, config, &config.with_extension("log")).await.unwrap();
    let client = Client { http: Http::default(), base: format!("{}/people/scim/v2", gateway.url()) };
    let ada = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com", "displayName": "Ada", "active": true,
    });
    let made = client.send("POST", "/Users", Some(&ada)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = serde_json::from_str::<Value>(&made.body).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(client.send("POST", "/Users", Some(&ada)).await.status, 409);

    let found = client.send("GET", "/Users?filter=userName+eq+%22ADA%40example.com%22", None).await;
    let found: Value = serde_json::from_str(&found.body).unwrap();
    assert_eq!((&found["totalResults"], &found["Resources"][0]["displayName"]), (&json!(1), &json!("Ada")));

    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": false }],
    });
    let moved = client.send("PATCH", &format!("/Users/{id}"), Some(&patch)).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    assert_eq!(app.person(&id), json!({ "id": 1, "email": "ada@example.com", "name": "Ada", "enabled": false }));

    assert_eq!(client.send("DELETE", &format!("/Users/{id}"), None).await.status, 204);
    assert_eq!(client.send("GET", &format!("/Users/{id}"), None).await.status, 404);
    assert_eq!(client.send("DELETE", &format!("/Users/{id}"), None).await.status, 404);
    gateway.stop().await.unwrap();
}

/// What the app says of its own state reaches the client with the time to wait; what makes no sense is the app's or the connector's fault.
async fn tells_what_happened(gateway: &Path, config: &Path, language: &str) {
    let log = config.with_extension("faults.log");
    let gateway = GatewayProcess::start(gateway, config, &log).await.unwrap();
    let client = Client { http: Http::default(), base: format!("{}/people/scim/v2", gateway.url()) };
    for (name, status, detail, retry_after) in [
        ("busy", 429, "429", Some("600")),
        ("down", 503, "503", Some("600")),
        ("no-id", 502, "`id`", None),
        ("no-json", 502, "valid JSON", None),
        ("refused", 502, "403", None),
    ] {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": format!("{name}@example.com"),
        });
        let answer = client.send("POST", "/Users", Some(&user)).await;
        let retry = answer.headers.get("retry-after").map(String::as_str);
        assert_eq!((answer.status, retry), (status, retry_after), "{language} {name}: {}", answer.body);
        assert!(answer.body.contains(detail), "{language} {name}: {}", answer.body);
    }
    if language != "rust" {
        let answer = client.send("GET", "/Users/mistake", None).await;
        assert_eq!(answer.status, 502, "{language}: {}", answer.body);
        assert!(answer.body.contains("The connector failed in `read`"), "{language}: {}", answer.body);
        let logged = std::fs::read_to_string(&log).unwrap();
        assert!(logged.contains("read: "), "{language}: {logged}");
    }
    gateway.stop().await.unwrap();
}

/// The intruder reports what it could reach.
fn gets_nowhere(gateway: &Path, config: &Path, language: &str) {
    let checked = check(gateway, config, &["--connect"]);
    let message = checked["mistakes"][0]["message"].as_str().unwrap();
    let report = message.find('{').and_then(|begin| serde_json::from_str::<Value>(&message[begin..]).ok());
    let report = report.unwrap_or_else(|| panic!("{language}: {checked}"));
    let attempts = report.as_object().unwrap();
    assert!(attempts.len() >= 3, "{language}: {report}");
    for (what, got) in attempts {
        let got = got.as_str().unwrap();
        assert!(got == "empty" || got.starts_with("refused: "), "{language} got {what}: {got}");
    }
    assert!(!Path::new("/tmp/intruder").exists(), "{language} wrote a file");
    let log = checked["log"].as_str().unwrap();
    assert!(log.contains("printed by the intruder"), "{language}: {log}");
}

/// The report of `scim-gateway check --json`, with its log as `log`.
fn check(gateway: &Path, config: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(gateway)
        .args(["check", "--json", "--config"])
        .arg(config)
        .args(arguments)
        .env("HOME", "/home/of-the-operator")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["log"] = String::from_utf8(output.stderr).unwrap().into();
    report
}

struct Client {
    http: Http,
    base: String,
}

impl Client {
    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> HttpAnswer {
        let mut request =
            HttpRequest::new(method, format!("{}{path}", self.base)).header("authorization", "Bearer idp");
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json");
            request.body = Some(body.to_string());
        }
        self.http.send(request).await.unwrap()
    }
}

fn configure(folder: &Path, connector: &Path, app: &str, wasi: &str) -> PathBuf {
    let path = folder.join("gateway.toml");
    let text = format!(
        r#"[server]
listen = "127.0.0.1:0"

[store]
url = "sqlite:gateway.db"

[connectors.directory]
file = "{connector}"

[instances.people]
connector = "directory"
base-url = "{app}"
allow-private-addresses = true
credential = "file:app.token"
tokens = ["{hash}"]
wasi = "{wasi}"

[instances.people.limits]
memory-mib = 128
"#,
        connector = connector.display(),
        hash = token_hash("idp"),
    );
    std::fs::write(&path, text).unwrap();
    path
}
