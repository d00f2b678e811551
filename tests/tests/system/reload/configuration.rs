//! Changes of `gateway.toml`: instances are added, removed and changed, and keys that need a restart are reported.

use scim_gateway_tests::gateway_process::token_hash;
use scim_gateway_tests::world::{EditableWorld, eventually};
use std::fs;

#[tokio::test]
async fn instances_come_and_go_without_a_restart() {
    let world = EditableWorld::watching().await;
    let mut config = world.config();
    let second = config.instance_mut("app").unwrap().clone();
    config.instance("second", second);
    config.write().unwrap();
    eventually("the second instance", async || world.call("GET", "second", "/Users", None).await.status == 200).await;
    let added = world.reloaded("the second instance's line", |latest| latest["outcome"] == "applied").await;
    let host = world.instance.app.base_url.clone();
    let change = serde_json::json!({ "of": "instance", "name": "second", "change": "added", "host": { "to": host } });
    assert_eq!(added["changes"], serde_json::json!([change]));
    assert!(world.shows_title().await, "the first instance is not disturbed");

    config.remove_instance("second");
    config.write().unwrap();
    eventually("the end of the second instance", async || {
        world.call("GET", "second", "/Users", None).await.status == 404
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn a_token_that_is_taken_out_opens_nothing_any_more() {
    let world = EditableWorld::watching().await;
    let mut config = world.config();
    config.instance_mut("app").unwrap().tokens = vec![token_hash("another")];
    config.write().unwrap();
    eventually("the refusal", async || world.call("GET", "app", "/Users", None).await.status == 401).await;
    let latest = world.reloads().await.remove(0);
    assert_eq!(latest["changes"], serde_json::json!([{ "of": "instance", "name": "app", "change": "tokens" }]));
    world.stop().await;
}

#[tokio::test]
async fn a_credential_is_exchanged_in_its_file() {
    let world = EditableWorld::watching().await;
    fs::write(world.folder.path().join("app.credential"), "another").unwrap();
    let user_is_refused = async || world.call("GET", "app", "/Users", None).await.status >= 400;
    eventually("the app's refusal of the new credential", user_is_refused).await;
    world.stop().await;
}

#[tokio::test]
async fn a_key_that_needs_a_restart_is_reported_and_the_rest_applied() {
    let world = EditableWorld::watching().await;
    let mut config = world.config();
    config.listen("127.0.0.1:1");
    config.instance_mut("app").unwrap().tokens.push(token_hash("another"));
    config.write().unwrap();
    let latest = world.reloaded("the reload", |latest| latest["trigger"] == "watch").await;
    assert_eq!(latest["needs-restart"], serde_json::json!(["server.listen"]));
    assert_eq!(latest["changes"][0]["change"], "tokens");
    eventually("the line", async || world.log().contains("restart the gateway to apply server.listen")).await;
    world.stop().await;
}

#[tokio::test]
async fn a_broken_configuration_changes_nothing_and_one_wrong_instance_only_itself() {
    let world = EditableWorld::watching().await;
    let file = &world.config_file;
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, format!("{text}\n[servre]\n")).unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    assert!(refused["mistakes"][0]["message"].as_str().unwrap().contains("not a known key"), "{refused}");
    assert!(world.shows_title().await);

    let mut config = world.config();
    let mut wrong = config.instance_mut("app").unwrap().clone();
    let right = wrong.clone();
    wrong.mapping = Some("mappings/absent.json".into());
    config.instance("wrong", wrong);
    config.instance("right", right);
    config.write().unwrap();
    let partly = world.reloaded("the half", |latest| latest["outcome"] == "partly").await;
    assert_eq!(partly["mistakes"][0]["key"], "instances.wrong.mapping");
    assert!(partly["mistakes"][0]["message"].as_str().unwrap().contains("there is no file"), "{partly}");
    assert_eq!(world.call("GET", "right", "/Users", None).await.status, 200);
    let refused = world.call("GET", "wrong", "/Users", None).await;
    assert!(refused.status == 503 && refused.body.contains("misconfigured"), "{}", refused.body);
    let ready = world.operator("GET", "/readyz", None).await.json();
    assert_eq!((&ready["status"], &ready["instances"]["wrong"]["state"]), (&"ready".into(), &"degraded".into()));
    assert!(ready["instances"]["wrong"]["reason"].as_str().unwrap().contains("there is no file"), "{ready}");

    // The gateway also watches for the missing file.
    fs::copy(world.mapping(), world.development.mapping("absent")).unwrap();
    eventually("the mended instance", async || world.call("GET", "wrong", "/Users", None).await.status == 200).await;
    world.stop().await;
}

#[tokio::test]
async fn a_credential_that_is_not_there_yet_is_waited_for() {
    let world = EditableWorld::watching().await;
    let mut config = world.config();
    let mut second = config.instance_mut("app").unwrap().clone();
    second.credential = "file:secrets/second.credential".to_owned();
    config.instance("second", second);
    config.write().unwrap();
    let refused = world.reloaded("the refusal", |latest| latest["outcome"] == "refused").await;
    assert_eq!(refused["mistakes"][0]["key"], "instances.second.credential", "{refused}");

    let secrets = world.folder.path().join("secrets");
    fs::create_dir(&secrets).unwrap();
    fs::copy(world.folder.path().join("app.credential"), secrets.join("second.credential")).unwrap();
    eventually("the second instance", async || world.call("GET", "second", "/Users", None).await.status == 200).await;
    world.stop().await;
}

#[tokio::test]
async fn another_operator_is_a_change() {
    let world = EditableWorld::not_watching().await;
    let mut config = world.config();
    config.admin_token(token_hash("another"));
    config.write().unwrap();
    let reload = world.reload().await;
    let change = serde_json::json!({ "of": "server", "name": "admin-tokens", "change": "configuration" });
    assert_eq!((&reload["outcome"], &reload["changes"]), (&"applied".into(), &serde_json::json!([change])));
    assert_eq!(world.operator("GET", "/-/reloads", Some("another")).await.status, 200);
    world.stop().await;
}
