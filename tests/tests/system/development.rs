//! What developers of mappings use: `explain` and `dev`, with the real binary.

use scim_gateway_tests::conversation::Conversation;
use scim_gateway_tests::world::{EditableWorld, mapping_without_title};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than the gateway takes for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `explain` on a request.
fn explain(world: &EditableWorld, request: &Value, options: &[&str]) -> Output {
    let file = world.folder.path().join("request.json");
    std::fs::write(&file, request.to_string()).unwrap();
    let mut command = Command::new(&world.artifacts.gateway);
    command.args(["explain", "--instance", "app", "--config"]).arg(&world.config_file).arg(file).args(options);
    command.output().unwrap()
}

/// Runs `explain --json` on a request.
fn explained(world: &EditableWorld, request: &Value) -> Value {
    let output = explain(world, request, &["--json"]);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs `dev` in place of the gateway, which releases its database first.
async fn develop(world: &mut EditableWorld, options: &[&str]) -> Dev {
    world.stop_gateway().await;
    Dev::start(&world.artifacts.gateway, &world.config_file, options)
}

/// Saves the mapping without its rule for `title`.
fn take_out_the_title(world: &EditableWorld) {
    std::fs::write(world.mapping(), mapping_without_title()).unwrap();
}

fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name, "displayName": "Ada", "title": "Countess",
        "emails": [{ "type": "work", "value": name }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_shows_the_first_write_and_sends_only_reads() {
    let world = EditableWorld::not_watching().await;
    let app = &world.instance.app;
    let (before, secret) = (app.state(), std::fs::read_to_string(world.folder.path().join("app.credential")).unwrap());
    app.clear_calls();

    let created = explained(&world, &json!({ "method": "POST", "path": "/Users", "body": user("new@example.com") }));
    assert_eq!(created["would-change-the-app"], true, "{created:#}");
    let last = created["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["method"], &last["sent"]), (&json!("POST"), &json!(false)), "{created:#}");
    assert_eq!(last["body"]["user"]["title"], "Countess");
    assert_eq!(created["steps"][0]["document"]["email"], "new@example.com", "the mapping's work is shown");

    let read = explained(&world, &json!({ "method": "GET", "path": format!("/Users/{}", world.user) }));
    assert_eq!((&read["would-change-the-app"], &read["answer"]["status"]), (&json!(false), &json!(200)), "{read:#}");
    assert_eq!(read["answer"]["body"]["title"], "Countess");

    let deactivate = json!({
        "method": "PATCH", "path": format!("/Users/{}", world.user),
        "body": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "value": { "active": false } }],
        },
    });
    let shown = String::from_utf8(explain(&world, &deactivate, &[]).stdout).unwrap();
    for part in ["mapped: update User", "\"disabled\": true", "not sent:", "nothing was changed"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.contains(&secret) && !created.to_string().contains(&secret));
    assert!(app.calls().iter().all(|call| call.method == "GET"), "{:?}", app.calls());
    assert_eq!(app.state(), before);

    let nobody = explain(&world, &json!({ "methd": "GET" }), &[]);
    assert!(!nobody.status.success() && String::from_utf8_lossy(&nobody.stderr).contains("methd"), "{nobody:?}");
}

/// A gateway whose standard output is read line by line; it is killed at the end.
struct Dev {
    child: Child,
    lines: Receiver<String>,
    url: String,
}

impl Dev {
    fn start(gateway: &Path, config: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(gateway);
        command.arg("dev").arg("--config").arg(config).args(options).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let first = lines.recv_timeout(PATIENCE).unwrap();
        let url = first.strip_prefix("scim-gateway listens on ").unwrap().to_owned();
        Self { child, lines, url }
    }

    /// The lines up to the first that contains a text.
    fn until(&self, text: &str) -> String {
        let mut said = String::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            said.push_str(&line);
            said.push('\n');
            if line.contains(text) {
                return said;
            }
        }
        panic!("{text} is not in {said}");
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_shows_a_request_from_inside_and_what_a_saved_mapping_changed() {
    let mut world = EditableWorld::not_watching().await;
    let dev = develop(&mut world, &[]).await;
    let read = format!("/Users/{}", world.user);
    assert_eq!(world.call_at(&dev.url, "GET", "app", &read, None).await.json()["title"], "Countess");
    let shown = dev.until("answer: 200");
    for part in ["mapped: read User", "app call: GET /users/", "app answered: 200", "\"title\": \"Countess\""] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    take_out_the_title(&world);
    dev.until("reloaded: applied in");
    assert!(world.call_at(&dev.url, "GET", "app", &read, None).await.json()["title"].is_null());
    let shown = dev.until("-       \"title\": \"Countess\"");
    assert!(shown.contains("    answer: 200"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_replays_a_conversation_at_each_reload() {
    let mut world = EditableWorld::not_watching().await;
    let file = Conversation::folder().join("samanage/okta-oin.json");
    let dev = develop(&mut world, &["--replay", file.to_str().unwrap()]).await;
    dev.until("replay GET /app/scim/v2/Users?startIndex=1&count=2");
    dev.until("replay POST /app/scim/v2/Users");
    take_out_the_title(&world);
    dev.until("reloaded: applied in");
    dev.until("replay GET /app/scim/v2/Users?startIndex=1&count=2");
}
