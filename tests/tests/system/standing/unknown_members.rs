//! Members of groups whom the app does not know yet.

use scim_gateway_tests::world::World;
use serde_json::{Value, json};

const CONNECTORS: [&str; 3] = ["samanage", "splashtop", "askspoke"];
const UNKNOWN: usize = 100;

/// By which names they will be known is all that the client knows of them.
fn late(number: usize) -> String {
    format!("late{number}@example.com")
}

fn members(known: &str) -> Value {
    let unknown = (0..UNKNOWN).map(late);
    unknown.chain([known.to_owned()]).map(|id| json!({ "value": id })).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_unknown_members_is_found_out_in_few_calls_and_remembered() {
    for connector in CONNECTORS {
        let world = World::okta(connector).await;
        let ada = world.user("ada@example.com").await;
        world.app().clear_calls();
        let group = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew", "members": members(&ada),
        });
        let crew = world.post("/Groups", &group).await.expect(201)["id"].as_str().unwrap().to_owned();
        let calls = world.app().calls().len();
        assert!(calls <= 8, "{connector}: {calls} calls");
        assert_eq!(world.members(&crew).await.len(), UNKNOWN + 1, "{connector}: all that were requested are shown");
        assert_eq!(in_app(&world), ["ada@example.com"], "{connector}: who is known is a member");

        // The same members again, and to another group.
        let push = json!([{ "op": "replace", "path": "members", "value": members(&ada) }]);
        world.patch(&format!("/Groups/{crew}"), push).await.expect(204);
        let other = world.group("Other", &[]).await;
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": late(7) }] }]);
        world.patch(&format!("/Groups/{other}"), add).await.expect(204);

        // One of them is created, another one is removed before.
        world.remove(&crew, &late(8)).await;
        let made = world.user(&late(7)).await;
        world.user(&late(8)).await;
        let shown = world.members(&crew).await;
        assert!(shown.contains(&made) && !shown.contains(&late(7)) && shown.len() == UNKNOWN, "{connector}: {shown:?}");
        assert!(in_app(&world).contains(&late(7)) && !in_app(&world).contains(&late(8)), "{connector}");
        assert_eq!(world.members(&other).await, [made], "{connector}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_does_not_exist_gets_no_members() {
    for connector in CONNECTORS {
        let world = World::okta(connector).await;
        let ada = world.user("ada@example.com").await;
        for members in [json!([{ "value": late(1) }]), json!([{ "value": ada }, { "value": late(1) }])] {
            let add = json!([{ "op": "add", "path": "members", "value": members }]);
            world.patch("/Groups/4711", add).await.expect(404);
        }
    }
}

/// The names of all users who are in any group of the app, sorted.
fn in_app(world: &World) -> Vec<String> {
    let state = world.app().state();
    let users = state["users"].as_array().unwrap();
    let own = |user: &&Value| match user.get("group_ids") {
        // In Samanage, everyone is in the group that represents them.
        Some(groups) => groups.as_array().unwrap().len() > 1,
        None => user["groups"].as_array().unwrap().iter().any(|group| group["value"].is_string()),
    };
    let name = |user: &Value| user["userName"].as_str().or(user["email"].as_str()).unwrap().to_owned();
    let mut names: Vec<String> = users.iter().filter(own).map(name).collect();
    names.sort();
    names
}
