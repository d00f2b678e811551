//! A name that comes to stand for another tenant or another app.

use scim_gateway_tests::simulators::{Kind, Simulator};
use scim_gateway_tests::world::{EditableWorld, World, eventually};
use serde_json::{Value, json};

/// What the command prints.
fn purge(world: &World, options: &[&str]) -> String {
    world.command(&[&["purge", "--instance", "app"], options].concat())
}

async fn external_id(world: &EditableWorld) -> Value {
    let answer = world.call("GET", "app", &format!("/Users/{}", world.user), None).await;
    answer.json()["externalId"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_at_another_address_is_held_back_until_the_operator_says_whose_it_is() {
    let world = EditableWorld::not_watching().await;
    let keep = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "externalId", "value": "e-1" }],
    });
    world.call("PATCH", "app", &format!("/Users/{}", world.user), Some(&keep)).await;
    assert_eq!(external_id(&world).await, json!("e-1"));

    // Another tenant's app, which gives its first user the same id.
    let secret = std::fs::read_to_string(world.folder.path().join("app.credential")).unwrap();
    let other = Simulator::start("samanage".parse::<Kind>().unwrap(), &secret).await.unwrap();
    let mut config = world.config();
    config.instance_mut("app").unwrap().base_url.clone_from(&other.api_url);
    config.write().unwrap();
    let report = world.reload().await;
    assert_eq!(
        (&report["outcome"], &report["mistakes"][0]["key"]),
        (&json!("refused"), &json!("instances.app.generation"))
    );
    let (message, expected) = (&report["mistakes"][0]["message"], &report["mistakes"][0]["expected"]);
    assert!(message.as_str().unwrap().contains(other.api_url.trim_start_matches("http://")), "{message}");
    let expected = expected.as_str().unwrap();
    assert!(expected.contains("generation = 1") && expected.contains("generation = 2"), "{expected}");
    // The previous app is served.
    assert_eq!(external_id(&world).await, json!("e-1"));

    config.instance_mut("app").unwrap().generation = Some(2);
    config.write().unwrap();
    assert_eq!(world.reload().await["outcome"], "applied");
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "bob@example.com", "displayName": "Bob",
        "emails": [{ "type": "work", "value": "bob@example.com" }],
    });
    let created = world.call("POST", "app", "/Users", Some(&user)).await.json();
    assert_eq!(created["id"], json!(world.user), "the same id in another app");
    assert_eq!(external_id(&world).await, Value::Null, "the new tenant inherits nothing");

    // Back again, nothing is lost; and a moved tenant keeps what it had.
    let mut back = world.config();
    back.instance_mut("app").unwrap().generation = Some(1);
    back.write().unwrap();
    assert_eq!(world.reload().await["outcome"], "applied");
    assert_eq!(external_id(&world).await, json!("e-1"));
    back.instance_mut("app").unwrap().base_url = other.api_url.clone();
    back.write().unwrap();
    assert_eq!(world.reload().await["outcome"], "applied");
    assert_eq!(external_id(&world).await, json!("e-1"));
    assert!(world.log().contains("the instance now serves another generation"), "{}", world.log());
    other.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_credential_is_the_same_tenants() {
    let world = World::exact("samanage").await;
    let ada = world.user("ada@example.com").await;
    let set = json!([{ "op": "replace", "path": "externalId", "value": "e-1" }]);
    world.patch(&format!("/Users/{ada}"), set).await;
    // What the app thinks of it is another matter.
    std::fs::write(world.folder().join("app.credential"), "another").unwrap();
    let mut world = world;
    world.restart().await;
    let shown = purge(&world, &["--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let generations = shown["generations"].as_array().unwrap();
    assert!(generations.len() == 1 && generations[0]["served"] == true, "{shown}");
    assert!(generations[0]["rows"]["kept-values"].as_u64() > Some(1), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_an_instance_is_shown_and_then_deleted() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    world.set_active(&ada, false).await.expect(200);
    let shown = purge(&world, &[]);
    assert!(shown.contains("inactive-users      1") && shown.contains("--yes"), "{shown}");
    assert!(!shown.contains("log-rows"), "{shown}");
    world.get(&format!("/Users/{ada}")).await.expect(200);

    let deleted = purge(&world, &["--yes"]);
    assert!(deleted.contains("deleted"), "{deleted}");
    world.get(&format!("/Users/{ada}")).await.expect(404);
    let nothing = purge(&world, &[]);
    assert!(nothing.contains("remembers nothing of app"), "{nothing}");
    // The log says still who they were, until it is purged, too.
    assert!(world.command(&["log"]).contains("ada@example.com"));
    let log = purge(&world, &["--log", "--yes", "--json"]);
    let log: Value = serde_json::from_str(&log).unwrap();
    assert!(log["deleted"] == true && log["generations"][0]["rows"]["log-rows"].as_u64() >= Some(2), "{log}");
    assert!(!world.command(&["log"]).contains("ada@example.com"));
    // The gateway goes on.
    let again = world.user("ada@example.com").await;
    world.set_active(&again, false).await.expect(200);
    eventually("the row", async || world.command(&["log"]).contains("ada@example.com")).await;
}
