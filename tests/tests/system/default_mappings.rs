//! What the connectors' own mappings make of what clients and apps leave out, and how a field that the app does not have is noticed.

use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::system::{Development, Plan};
use scim_gateway_tests::world::{Client, INSTANCE, World, user};
use serde_json::{Value, json};

#[tokio::test]
async fn without_a_work_address_the_primary_or_the_only_one_is_taken() {
    for connector in ["samanage", "askspoke"] {
        let world = World::exact(connector).await;
        for (number, (emails, expected)) in [
            (json!([{ "value": "other@example.com", "type": "other" }]), "other@example.com"),
            (json!([{ "value": "untyped@example.com" }]), "untyped@example.com"),
            (
                json!([{ "value": "a@example.com", "type": "home" }, { "value": "b@example.com", "type": "other", "primary": true }]),
                "b@example.com",
            ),
            (
                json!([{ "value": "c@example.com", "type": "other", "primary": true }, { "value": "d@example.com", "type": "work" }]),
                "d@example.com",
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let mut ada = user(&format!("u{number}@example.com"));
            ada["emails"] = emails.clone();
            let made = world.post("/Users", &ada).await.expect(201);
            assert_eq!(made["emails"][0]["value"], expected, "{connector} {emails}");
            assert!(world.app().state()["users"].to_string().contains(expected), "{connector} {emails}");
            // A client that writes the user as it did changes nothing.
            world.app().clear_calls();
            world.call("PUT", &format!("/Users/{}", made["id"].as_str().unwrap()), &ada).await.expect(200);
            assert!(world.app().calls().iter().all(|call| call.method == "GET"), "{connector} {emails}");
        }
    }
}

#[tokio::test]
async fn a_user_who_has_one_name_in_samanage_has_both_parts_for_an_import() {
    let world = World::okta("samanage").await;
    world.app().seed(1);
    let name = world.list("/Users", &[]).await.expect(200)["Resources"][0]["name"].clone();
    assert!(name["givenName"].is_string() && name["familyName"].is_string(), "{name}");

    // A client's own parts are kept until someone renames the user in Samanage.
    let mut ada = user("ada@example.com");
    ada["name"] = json!({ "givenName": "Augusta Ada", "familyName": "King" });
    let id = world.post("/Users", &ada).await.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let parts = world.get(&path).await.expect(200)["name"].clone();
    assert_eq!((&parts["givenName"], &parts["familyName"]), (&json!("Augusta Ada"), &json!("King")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_app_never_shows_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("mapping.json");
    let text = std::fs::read_to_string(Development::original("samanage")).unwrap();
    let text = text.replace(r#""scim": "title", "app": "title""#, r#""scim": "title", "app": "jobtitle""#);
    std::fs::write(&mapping, text).unwrap();
    let configure = |config: &mut GatewayConfig| config.instance_mut(INSTANCE).unwrap().mapping = Some(mapping);
    let world = World::start(Client::Exact, Plan::new(INSTANCE, "samanage"), configure).await;
    for number in 0..3 {
        let mut ada = user(&format!("u{number}@example.com"));
        ada["title"] = json!("Countess");
        world.post("/Users", &ada).await.expect(201);
    }
    let log = world.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("the app's answer does not show")).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("jobtitle") && lines[0].contains("(title)"), "{}", lines[0]);

    let checked = world.command(&["check", "--connect"]);
    let warnings: Vec<&str> = checked.lines().filter(|line| line.contains("`jobtitle`")).collect();
    assert_eq!(warnings.len(), 1, "{checked}");
    assert!(warnings[0].contains("warning: instances.app: "), "{}", warnings[0]);
    let json: Value = serde_json::from_str(&world.command(&["check", "--connect", "--json"])).unwrap();
    assert!(json["ok"] == true && json["warnings"].to_string().contains("jobtitle"), "{json}");
}
