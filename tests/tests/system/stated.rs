//! What clients state, what the mapping derives, and what no rule takes.

use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Client, INSTANCE, World, mapping_with_title};
use serde_json::{Value, json};
use std::path::PathBuf;

/// A user of the app.
fn in_app(world: &World, id: &str) -> Value {
    let state = world.app().state();
    let users = state["users"].as_array().unwrap();
    users.iter().find(|user| user["id"].to_string().trim_matches('"') == id).unwrap().clone()
}

fn grace() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "grace@example.com",
        "name": { "givenName": "Grace", "familyName": "Murray" },
    })
}

async fn created(world: &World, user: &Value) -> String {
    world.post("/Users", user).await.expect(201)["id"].as_str().unwrap().to_owned()
}

fn replace(path: &str, value: &str) -> Value {
    json!([{ "op": "replace", "path": path, "value": value }])
}

/// Samanage with a mapping of the operator's: its own one with these texts replaced.
async fn with_mapping(client: Client, replacements: &[(&str, &str)]) -> World {
    let mut text = mapping_with_title();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let folder = tempfile::tempdir().unwrap().keep();
    let file: PathBuf = folder.join("mapping.json");
    std::fs::write(&file, text).unwrap();
    let configure = |config: &mut GatewayConfig| config.instance_mut(INSTANCE).unwrap().mapping = Some(file);
    World::start(client, Plan::new(INSTANCE, "samanage"), configure).await
}

/// The last row of the provisioning log.
fn last_row(world: &World) -> Value {
    let rows = world.command(&["log", "--json"]);
    serde_json::from_str(rows.lines().last().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_of_a_user_without_a_display_name_reaches_the_app() {
    let world = World::exact("samanage").await;
    let id = created(&world, &grace()).await;
    let path = format!("/Users/{id}");
    assert_eq!(in_app(&world, &id)["name"], "Grace Murray");

    world.patch(&path, replace("name.familyName", "Hopper")).await.expect(200);
    assert_eq!(in_app(&world, &id)["name"], "Grace Hopper");
    let read = world.get(&path).await.expect(200);
    assert_eq!((&read["displayName"], &read["name"]["familyName"]), (&json!("Grace Hopper"), &json!("Hopper")));

    // A client that changes what it has read, and sends all of it.
    let mut whole = read;
    whole["name"]["givenName"] = json!("G.");
    assert_eq!(world.call("PUT", &path, &whole).await.expect(200)["displayName"], "G. Hopper");
    assert_eq!(in_app(&world, &id)["name"], "G. Hopper");

    // And one that sends what it manages.
    let mut managed = grace();
    managed["name"]["familyName"] = json!("Brewster");
    assert_eq!(world.call("PUT", &path, &managed).await.expect(200)["displayName"], "Grace Brewster");
    assert_eq!(in_app(&world, &id)["name"], "Grace Brewster");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_name_that_a_client_stated_outlives_a_rename() {
    let world = World::exact("samanage").await;
    for stated in ["Amazing Grace", "Grace Murray"] {
        let mut user = grace();
        user["userName"] = json!(format!("{}@example.com", stated.replace(' ', ".")));
        user["displayName"] = json!(stated);
        let id = created(&world, &user).await;
        world.patch(&format!("/Users/{id}"), replace("name.familyName", "Hopper")).await.expect(200);
        assert_eq!(in_app(&world, &id)["name"], stated);
        assert_eq!(world.find("/Users", &format!("displayName eq \"{stated}\"")).await.len(), 1);
        let remove = json!([{ "op": "remove", "path": "displayName" }]);
        world.patch(&format!("/Users/{id}"), remove).await.expect(200);
        assert_eq!(in_app(&world, &id)["name"], "Grace Hopper");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pattern_of_the_readme_follows_its_sources_without_keep() {
    let kept = "\"app\": \"name\", \"keep\": true,\n        \"expression\": \"coalesce(displayName, name.formatted, ";
    let plain = "\"app\": \"name\",\n        \"expression\": \"coalesce(displayName, ";
    let world = with_mapping(Client::Exact, &[(kept, plain)]).await;
    let id = created(&world, &grace()).await;
    world.patch(&format!("/Users/{id}"), replace("name.familyName", "Hopper")).await.expect(200);
    assert_eq!(in_app(&world, &id)["name"], "Grace Hopper");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_that_serves_as_the_address_reaches_the_app_when_it_changes() {
    let world = World::exact("samanage").await;
    let alone = created(&world, &grace()).await;
    world.patch(&format!("/Users/{alone}"), replace("userName", "hopper@example.com")).await.expect(200);
    assert_eq!(in_app(&world, &alone)["email"], "hopper@example.com");
    assert_eq!(world.find("/Users", "userName eq \"hopper@example.com\"").await.len(), 1);

    let mut with_address = grace();
    with_address["emails"] = json!([{ "type": "work", "value": "grace@example.com" }]);
    let stated = created(&world, &with_address).await;
    world.patch(&format!("/Users/{stated}"), replace("userName", "murray@example.com")).await.expect(200);
    assert_eq!(in_app(&world, &stated)["email"], "grace@example.com", "its client stated the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_deactivated_in_vain() {
    let rule = "      { \"scim\": \"active\", \"app\": \"disabled\", \"transform\": \"not\" },\n";
    let kept = "      { \"scim\": \"active\", \"keep\": true },\n";
    for other in ["", kept] {
        let world = with_mapping(Client::Exact, &[(rule, other)]).await;
        let checked = world.command(&["check"]);
        assert!(checked.contains("warning:") && checked.contains("no rule of User writes `active`"), "{checked}");
        assert!(world.log().contains("no rule of User writes `active`"), "{}", world.log());
        let mut user = grace();
        user["active"] = json!(true);
        let id = created(&world, &user).await;
        let path = format!("/Users/{id}");
        let deactivated = [
            world.set_active(&id, false).await,
            world.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await,
        ];
        for answer in deactivated {
            assert_eq!(answer.error(), (400, Some("invalidValue")), "{}", answer.body);
            assert!(answer.body["detail"].as_str().unwrap().contains("`active`"), "{}", answer.body);
        }
        user["active"] = json!(false);
        assert_eq!(world.call("PUT", &path, &user).await.status, 400);
        user["userName"] = json!("another@example.com");
        assert_eq!(world.post("/Users", &user).await.status, 400);
        world.set_active(&id, true).await.expect(200);
        assert_eq!(in_app(&world, &id)["disabled"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_takes_is_named_in_the_log_and_by_check() {
    let title = "      { \"scim\": \"title\", \"app\": \"title\" },\n";
    let world = with_mapping(Client::Exact, &[(title, "")]).await;
    let mut user = grace();
    user["title"] = json!("Admiral");
    user["phoneNumbers"] =
        json!([{ "type": "fax", "value": "+1 555 0100" }, { "type": "work", "value": "+1 555 0101" }]);
    let id = created(&world, &user).await;
    assert_eq!(last_row(&world)["ignored"], json!(["phoneNumbers[type eq \"fax\"]", "title"]));
    world.patch(&format!("/Users/{id}"), replace("title", "Commodore")).await.expect(200);
    assert_eq!(last_row(&world)["ignored"], json!(["title"]));
    assert!(world.command(&["log"]).contains("ignored: title"));
    world.patch(&format!("/Users/{id}"), replace("name.familyName", "Hopper")).await.expect(200);
    assert_eq!(last_row(&world)["ignored"], json!([]));
    let checked = world.command(&["check"]);
    assert!(checked.contains("no mapping rule of User uses: ") && checked.contains("title"), "{checked}");
    let checked: Value = serde_json::from_str(&world.command(&["check", "--json"])).unwrap();
    assert!(checked["instances"][0]["ignored"]["User"].as_array().unwrap().contains(&json!("title")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_without_match_is_warned_of() {
    let world =
        with_mapping(Client::Exact, &[(", \"match\": 1, \"keep\": true", ", \"keep\": true"), (", \"match\": 2", "")])
            .await;
    let checked = world.command(&["check"]);
    assert!(checked.contains("no rule of User has `match`") && !checked.contains("no rule of Group has"), "{checked}");
}
