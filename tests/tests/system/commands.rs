//! Commands for operators: the store, mappings, several requests, and the log.

use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Client, EditableWorld, INSTANCE, World};
use serde_json::{Value, json};
use std::process::{Command, Output};

/// Runs a command on the configuration of a world, which may fail.
fn run(world: &EditableWorld, arguments: &[&str]) -> Output {
    let mut command = Command::new(&world.artifacts.gateway);
    command.args(arguments).arg("--config").arg(&world.config_file).output().unwrap()
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Writes another URL of the store into the configuration.
fn store_at(world: &EditableWorld, url: &str) {
    let text = std::fs::read_to_string(&world.config_file).unwrap();
    let (before, rest) = text.split_once("[store]").unwrap();
    let (_, after) = rest.split_once("url = ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    std::fs::write(&world.config_file, format!("{before}[store]\nurl = \"{url}\"\n{after}")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typo_in_the_place_of_the_store_is_no_amnesia() {
    let mut world = EditableWorld::not_watching().await;
    assert!(world.log().contains("a new store is made"), "it is announced: {}", world.log());
    world.stop_gateway().await;
    let folder = world.folder.path().to_owned();
    let typo = folder.join("gatewy.db");
    store_at(&world, &format!("sqlite:{}", typo.display()));
    for arguments in [["serve"].as_slice(), &["check"]] {
        let refused = run(&world, arguments);
        let text = printed(&refused);
        assert!(!refused.status.success(), "{text}");
        for part in ["gatewy.db", "this gateway had one at", "scim-gateway store create"] {
            assert!(text.contains(part), "{arguments:?}: {part} in {text}");
        }
        assert!(!typo.exists());
    }
    let created = printed(&run(&world, &["store", "create"]));
    assert!(created.starts_with("created: ") && typo.exists(), "{created}");
    assert!(printed(&run(&world, &["store", "create"])).starts_with("unchanged: "));
    assert!(run(&world, &["check"]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn check_looks_at_the_store() {
    let mut world = EditableWorld::not_watching().await;
    assert!(!printed(&run(&world, &["check"])).contains("store"), "beside the running gateway");
    world.stop_gateway().await;
    // Nothing listens on the discard port.
    for (url, expected) in [
        (
            "postgres://gateway@127.0.0.1:9/gateway",
            "the store at `postgres://gateway@127.0.0.1:9/gateway` cannot be opened",
        ),
        ("sqlite:absent/gateway.db", "no store can be made in the directory"),
    ] {
        store_at(&world, url);
        let checked = run(&world, &["check"]);
        let text = printed(&checked);
        assert!(!checked.status.success() && text.contains("error: store.url: ") && text.contains(expected), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mapping_of_a_connector_is_printed_and_serves_as_the_operators() {
    let world = EditableWorld::not_watching().await;
    let shown = run(&world, &["mapping", "show", "samanage"]);
    let mapping: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let rules = mapping["resource-types"]["User"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["scim"] == "userName" && rule["match"] == 1), "{mapping}");
    std::fs::write(world.mapping(), &shown.stdout).unwrap();
    assert!(run(&world, &["check"]).status.success());
    let unknown = printed(&run(&world, &["mapping", "show", "samange"]));
    assert!(unknown.contains("there is no [connectors.samange]") && unknown.contains("samanage"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_takes_several_requests() {
    let world = EditableWorld::not_watching().await;
    let file = world.folder.path().join("requests.json");
    let requests = json!([
        { "method": "GET", "path": format!("/Users/{}", world.user), "capture": { "title": "/title" } },
        { "method": "DELETE", "path": format!("/Users/{}", world.user) },
    ]);
    std::fs::write(&file, format!("\u{feff}{requests}")).unwrap();
    let file = file.to_str().unwrap();
    let explained = run(&world, &["explain", "--instance", "app", "--json", file]);
    let explained: Value = serde_json::from_slice(&explained.stdout).unwrap();
    assert_eq!((&explained[0]["answer"]["status"], &explained[1]["would-change-the-app"]), (&json!(200), &json!(true)));
    let text = printed(&run(&world, &["explain", "--instance", "app", file]));
    assert!(text.contains("GET /Users/") && text.contains("DELETE /Users/"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_not_there_is_named_with_those_that_are() {
    let world = EditableWorld::not_watching().await;
    let text = printed(&run(&world, &["log", "--instance", "nope"]));
    assert!(text.contains("there is no [instances.nope]") && text.contains("configured instances: app"), "{text}");
    let rows = run(&world, &["log", "--instance", "app", "--since", "2020-01-31"]);
    assert!(rows.status.success() && printed(&rows).contains("create User"), "{}", printed(&rows));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_with_a_byte_order_mark_is_a_mapping() {
    let world = EditableWorld::not_watching().await;
    let text = std::fs::read_to_string(world.mapping()).unwrap();
    std::fs::write(world.mapping(), format!("\u{feff}{text}")).unwrap();
    let checked = run(&world, &["check"]);
    assert!(checked.status.success(), "{}", printed(&checked));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_that_is_not_in_its_list_is_a_mistake() {
    let plan = Plan::new(INSTANCE, "splashtop").setting("default-sso-name", "Okta SSO");
    let world = World::start(Client::Exact, plan, |_| ()).await;
    let config = world.folder().join("gateway.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let (before, after) = text.split_once("default-sso-name").unwrap();
    std::fs::write(&config, format!("{before}sso-names = \"Contoso; Fabrikam\"\ndefault-sso-name{after}")).unwrap();
    let checked = Command::new(world.binary()).args(["check", "--config"]).arg(&config).output().unwrap();
    let text = printed(&checked);
    assert!(
        !checked.status.success() && text.contains("is not listed in `sso-names`: write one of Contoso; Fabrikam"),
        "{text}"
    );
}
