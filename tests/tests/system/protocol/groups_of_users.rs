//! `User.groups` (RFC 7643 §4.1.2).

use scim_gateway_tests::world::{World, column, patch, user};
use serde_json::{Value, json};

/// The ids in the groups of a user.
fn groups(user: &Value) -> Vec<&str> {
    user["groups"].as_array().into_iter().flatten().map(|group| group["value"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_groups_of_a_user_are_asked_of_the_app_where_a_client_names_them() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let (ada, bob) = (world.user("ada@example.com").await, world.user("bob@example.com").await);
        let (one, other) = (world.group("One", &[&ada]).await, world.group("Other", &[&ada, &bob]).await);
        world.group("Empty", &[]).await;
        let sorted = |ids: &[&str]| {
            let mut ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            ids.sort();
            ids
        };
        let read = world.get(&format!("/Users/{ada}?attributes=groups")).await.expect(200);
        assert_eq!(sorted(&groups(&read)), sorted(&[&one, &other]), "{connector}: {read}");
        let group = read["groups"].as_array().unwrap().iter().find(|group| group["value"] == json!(one)).unwrap();
        assert_eq!((&group["display"], &group["type"]), (&json!("One"), &json!("direct")), "{connector}");
        assert!(group["$ref"].as_str().unwrap().ends_with(&format!("/Groups/{one}")), "{group}");

        // All users of a list cost one look at the groups.
        let calls = world.app().calls().len();
        let list =
            world.list("/Users", &[("attributes", "userName,groups.value"), ("sortBy", "userName")]).await.expect(200);
        let lists = world.app().calls().len() - calls;
        assert!(lists <= 4, "{connector}: {lists} calls");
        let found = list["Resources"].as_array().unwrap().iter().find(|user| user["userName"] == "bob@example.com");
        assert_eq!(found.unwrap()["groups"], json!([{ "value": other }]), "{connector}: {list}");

        let filter = format!("groups[value eq \"{one}\"]");
        let list = world.list("/Users", &[("filter", &filter)]).await.expect(200);
        assert_eq!(column(&list, "userName"), ["ada@example.com"], "{connector}");
        let list = world.list("/Users", &[("filter", "groups.display eq \"other\""), ("count", "0")]).await.expect(200);
        assert_eq!(list["totalResults"], 2, "{connector}");
    }
}

#[tokio::test]
async fn without_being_named_groups_cost_no_call_and_are_never_half_a_list() {
    for (connector, is_known) in [("samanage", false), ("splashtop", true)] {
        let world = World::okta(connector).await;
        let ada = world.user("ada@example.com").await;
        let group = world.group("One", &[&ada]).await;
        let calls = world.app().calls().len();
        let read = world.get(&format!("/Users/{ada}")).await;
        let version = read.etag();
        let read = read.expect(200);
        assert_eq!(world.app().calls().len() - calls, 1, "{connector}");
        // What the gateway remembers of an app with one group per user is all of it.
        assert_eq!(groups(&read) == [&group], is_known, "{connector}: {read}");
        world.remove(&group, &ada).await;
        assert_eq!(world.get(&format!("/Users/{ada}")).await.etag(), version, "{connector}: the user did not change");
    }
}

#[tokio::test]
async fn groups_are_read_only_and_published_as_such() {
    let world = World::exact("samanage").await;
    let published = world.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.expect(200);
    let attributes = published["attributes"].as_array().unwrap();
    let groups = attributes.iter().find(|attribute| attribute["name"] == "groups").unwrap();
    assert_eq!(groups["mutability"], "readOnly");
    let mut ada = user("ada@example.com");
    ada["groups"] = json!([{ "value": "7" }]);
    let id = world.post("/Users", &ada).await.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    assert_eq!(world.get(&format!("{path}?attributes=groups")).await.expect(200).get("groups"), None);
    let replace = patch(json!([{ "op": "replace", "path": "groups", "value": [{ "value": "7" }] }]));
    assert_eq!(world.call("PATCH", &path, &replace).await.error(), (400, Some("mutability")));
}
