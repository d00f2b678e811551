//! Connectors that name another host than before, and operators who confirm it or choose another themselves.

use scim_gateway_tests::gateway_process::{GatewayConfig, GatewayProcess, InstanceConfig};
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::world::EditableWorld;
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Output};

const HOST: &str = "https://apieu.samanage.com";
/// Of the same length.
const OTHER_HOST: &str = "https://apieu.elsewher.com";

/// The world's configuration with another instance, whose host the connector names.
fn with_region(world: &EditableWorld, region: &str) -> GatewayConfig {
    let mut config = world.config();
    let credential = config.credential("regional", "app").unwrap();
    let tokens = vec![scim_gateway_tests::gateway_process::token_hash("scim")];
    let (connector, region) = ("samanage".to_owned(), Some(region.to_owned()));
    config.instance("regional", InstanceConfig { connector, region, credential, tokens, ..InstanceConfig::default() });
    config
}

/// An update of the connector that moves the region `eu`.
fn moved(connector: &[u8]) -> Vec<u8> {
    let mut bytes = connector.to_vec();
    let places: Vec<usize> =
        bytes.windows(HOST.len()).enumerate().filter(|(_, text)| *text == HOST.as_bytes()).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + HOST.len()].copy_from_slice(OTHER_HOST.as_bytes());
    }
    bytes
}

fn command(world: &EditableWorld, words: &[&str]) -> Output {
    let mut command = Command::new(&world.artifacts.gateway);
    command.args(words).arg("--config").arg(&world.config_file).output().unwrap()
}

/// The change of the instance in a report.
fn host_of(reload: &Value) -> &Value {
    let changes = reload["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["name"] == "regional");
    &change.unwrap_or_else(|| panic!("{reload}"))["host"]
}

fn is_held_back(mistake: &Value) {
    let message = mistake["message"].as_str().unwrap();
    assert!(message.contains(OTHER_HOST) && message.contains(HOST), "{message}");
    assert!(
        mistake["expected"].as_str().unwrap().contains("scim-gateway confirm-host --instance regional"),
        "{mistake}"
    );
}

#[tokio::test]
async fn an_update_that_moves_an_instance_to_another_host_waits_for_the_operator() {
    let mut world = EditableWorld::not_watching().await;
    with_region(&world, "eu").write().unwrap();
    let added = world.reload().await;
    assert_eq!(host_of(&added), &json!({ "to": HOST }));

    fs::write(world.connector(), moved(&fs::read(world.connector()).unwrap())).unwrap();
    let checked = command(&world, &["check"]);
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(!checked.status.success() && text.contains(OTHER_HOST) && text.contains("confirm-host"), "{text}");
    let request = world.folder.path().join("request.json");
    fs::write(&request, json!({ "method": "GET", "path": "/Users/1" }).to_string()).unwrap();
    let explained = command(&world, &["explain", "--instance", "regional", request.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&explained.stderr).into_owned();
    assert!(!explained.status.success() && text.contains("confirm-host"), "the credential is not sent: {text}");
    let reload = world.reload().await;
    assert_eq!(reload["outcome"], "partly", "the instance with a base-url of its own is updated: {reload}");
    is_held_back(&reload["mistakes"][0]);
    let log = world.log();
    assert!(log.contains("not reloaded: ") && log.contains(OTHER_HOST), "{log}");

    // A restart does not let it through, and harms no other instance.
    world.stop_gateway().await;
    let log = world.folder.path().join("again.log");
    let gateway = GatewayProcess::start(&world.artifacts.gateway, &world.config_file, &log).await.unwrap();
    let get = async |path: &str, token: &str| {
        let request = HttpRequest::new("GET", format!("{}{path}", gateway.url()));
        Http::default().send(request.header("authorization", format!("Bearer {token}"))).await.unwrap()
    };
    let ready = get("/readyz", "").await;
    assert!(ready.status == 200 && ready.body.contains(OTHER_HOST), "{} {}", ready.status, ready.body);
    assert_eq!(get("/regional/scim/v2/Users", "scim").await.status, 503);
    let user = format!("/app/scim/v2/Users/{}", world.user);
    assert_eq!(get(&user, &world.instance.token).await.status, 200);

    let confirmed = command(&world, &["confirm-host", "--instance", "regional", OTHER_HOST]);
    assert!(confirmed.status.success(), "{confirmed:?}");
    let reload = HttpRequest::new("POST", format!("{}/-/reload", gateway.url()));
    let reload = reload.header("authorization", format!("Bearer {}", world.development.admin_token));
    let reload = Http::default().send(reload).await.unwrap().json();
    assert_eq!((&reload["outcome"], host_of(&reload)), (&"applied".into(), &json!({ "to": OTHER_HOST })), "{reload}");
    assert!(command(&world, &["check"]).status.success());
    gateway.stop().await.unwrap();
    let gateway = GatewayProcess::start(&world.artifacts.gateway, &world.config_file, &log).await.unwrap();
    assert!(fs::read_to_string(&log).unwrap().contains(OTHER_HOST), "the log names the host");
    gateway.stop().await.unwrap();
}

#[tokio::test]
async fn a_confirmed_host_is_used_while_the_gateway_runs() {
    let world = EditableWorld::watching().await;
    with_region(&world, "eu").write().unwrap();
    let added =
        |latest: &Value| latest["changes"].as_array().unwrap().iter().any(|change| change["name"] == "regional");
    world.reloaded("the instance", added).await;
    fs::write(world.connector(), moved(&fs::read(world.connector()).unwrap())).unwrap();
    let held = world.reloaded("the refusal", |latest| latest["outcome"] == "partly").await;
    is_held_back(&held["mistakes"][0]);
    let wrong = command(&world, &["confirm-host", "--instance", "regional", "https://another.example"]);
    assert!(wrong.status.success(), "{wrong:?}");
    let confirmed = command(&world, &["confirm-host", "--instance", "regional", OTHER_HOST]);
    assert!(confirmed.status.success(), "{confirmed:?}");
    let applied = world.reloaded("the new host", |latest| latest["outcome"] == "applied").await;
    assert_eq!(host_of(&applied), &json!({ "from": HOST, "to": OTHER_HOST }));
    world.stop().await;
}

#[tokio::test]
async fn an_operator_who_chooses_another_host_need_not_confirm_it() {
    let world = EditableWorld::not_watching().await;
    with_region(&world, "us").write().unwrap();
    world.reload().await;
    with_region(&world, "eu").write().unwrap();
    let reload = world.reload().await;
    let expected = json!({ "from": "https://api.samanage.com", "to": HOST });
    assert_eq!((&reload["outcome"], host_of(&reload)), (&"applied".into(), &expected), "{reload}");
    let mut config = with_region(&world, "eu");
    let regional = config.instance_mut("regional").unwrap();
    (regional.region, regional.base_url) = (None, "https://proxy.example/samanage".to_owned());
    config.write().unwrap();
    let reload = world.reload().await;
    let expected = json!({ "from": HOST, "to": "https://proxy.example" });
    assert_eq!((&reload["outcome"], host_of(&reload)), (&"applied".into(), &expected), "{reload}");
    world.stop().await;
}
