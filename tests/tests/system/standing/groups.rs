//! Memberships, where the app has one group per user or does not know a member yet.

use scim_gateway_tests::world::{World, group};
use serde_json::json;

/// Both ways in which Splashtop may be: the gateway must not depend on one.
const RULES: [&str; 2] = ["latest_created", "latest_added"];

#[tokio::test(flavor = "multi_thread")]
async fn the_app_has_a_user_in_the_latest_group_and_the_client_sees_all_it_asked_for() {
    for rule in RULES {
        let world = World::okta("splashtop").await;
        world.app().switch(&json!({ "group_rule": rule })).unwrap();
        let ada = world.user("ada@example.com").await;
        let first = world.group("First", &[&ada]).await;
        let second = world.group("Second", &[]).await;
        let third = world.group("Third", &[&ada]).await;
        world.add(&second, &ada).await;
        let is_in = |expected: &str| {
            for name in ["First", "Second", "Third"] {
                let users = if name == expected { vec!["ada@example.com"] } else { Vec::new() };
                if world.app().state()["groups"].as_array().unwrap().iter().any(|group| group["displayName"] == name) {
                    assert_eq!(world.app_members(name), users, "{rule}: {name} where {expected} is expected");
                }
            }
        };
        is_in("Third");
        for id in [&first, &second, &third] {
            assert_eq!(world.members(id).await, std::slice::from_ref(&ada), "{rule}");
        }
        // Who leaves another group stays; who leaves the effective one falls back; a group that goes is left.
        world.remove(&second, &ada).await;
        is_in("Third");
        world.add(&second, &ada).await;
        world.remove(&third, &ada).await;
        is_in("Second");
        world.delete(&format!("/Groups/{second}")).await.expect(204);
        is_in("First");
        world.remove(&first, &ada).await;
        is_in("");
        let user = &world.app().state()["users"][0];
        assert_eq!(user["groups"][0]["display"], "Default Group", "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pushing_again_changes_nothing_and_puts_right_what_was_changed_in_the_app() {
    for rule in RULES {
        let world = World::okta("splashtop").await;
        world.app().switch(&json!({ "group_rule": rule })).unwrap();
        let (ada, bob) = (world.user("ada@example.com").await, world.user("bob@example.com").await);
        let sales = world.group("Sales", &[&ada, &bob]).await;
        let path = format!("/Groups/{sales}");
        let whole = group("Sales", &[&ada, &bob]);
        let replace = json!([{ "op": "replace", "path": "members", "value": whole["members"] }]);
        for _ in 0..2 {
            world.app().clear_calls();
            world.call("PUT", &path, &whole).await.expect(200);
            let calls: Vec<String> = world.app().calls().into_iter().map(|call| call.method).collect();
            assert_eq!(calls, ["GET"], "{rule}: a PUT knows what the app has");
            world.app().clear_calls();
            world.patch(&path, replace.clone()).await.expect(204);
            assert_eq!(world.app().calls().len(), 1, "{rule}: a PATCH of the whole list is one call");
            assert_eq!(world.app_members("Sales"), ["ada@example.com", "bob@example.com"], "{rule}");
        }
        // An administrator takes one out by hand.
        for push in ["add", "PUT", "PATCH"] {
            let out = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]
            });
            let (name, value) = world.instance.credential();
            let request =
                scim_gateway_tests::http::HttpRequest::new("PATCH", format!("{}/Groups/{sales}", world.app().api_url))
                    .json(&out)
                    .header("content-type", "application/scim+json")
                    .header(&name, value);
            assert_eq!(world.http.send(request).await.unwrap().status, 204);
            assert_eq!(world.app_members("Sales"), ["bob@example.com"]);
            match push {
                "add" => world.add(&sales, &ada).await,
                "PUT" => drop(world.call("PUT", &path, &whole).await.expect(200)),
                _ => drop(world.patch(&path, replace.clone()).await.expect(204)),
            }
            assert_eq!(world.app_members("Sales"), ["ada@example.com", "bob@example.com"], "{rule}");
        }
        let only = group("Sales", &[&bob]);
        world.call("PUT", &path, &only).await.expect(200);
        assert_eq!(world.app_members("Sales"), ["bob@example.com"]);
        assert_eq!(world.members(&sales).await, [bob]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_group_wins_where_the_operator_says_so() {
    let world = World::okta_with_policy("splashtop", "first-wins").await;
    world.app().switch(&json!({ "group_rule": "latest_added" })).unwrap();
    let ada = world.user("ada@example.com").await;
    let first = world.group("First", &[&ada]).await;
    let second = world.group("Second", &[&ada]).await;
    assert_eq!(world.app_members("First"), ["ada@example.com"]);
    world.set_active(&ada, false).await.expect(200);
    world.set_active(&ada, true).await.expect(200);
    assert_eq!(world.app_members("First"), ["ada@example.com"]);
    world.delete(&format!("/Groups/{first}")).await.expect(204);
    assert_eq!(world.app_members("Second"), ["ada@example.com"]);
    assert_eq!(world.members(&second).await, [ada]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_group_is_refused_where_the_operator_says_so() {
    let world = World::okta_with_policy("splashtop", "reject").await;
    let ada = world.user("ada@example.com").await;
    let first = world.group("First", &[&ada]).await;
    let second = world.group("Second", &[]).await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    let refused = world.patch(&format!("/Groups/{second}"), add).await.expect(409);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("First") && detail.contains(&first), "{detail}");
    world.post("/Groups", &group("Third", &[&ada])).await.expect(409);
    assert_eq!(world.app().state()["groups"].as_array().unwrap().len(), 2);
    world.remove(&first, &ada).await;
    world.add(&second, &ada).await;
    assert_eq!(world.app_members("Second"), ["ada@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_does_not_exist_yet_joins_when_it_is_created() {
    for app in ["splashtop", "askspoke"] {
        let world = World::okta(app).await;
        let bob = world.user("bob@example.com").await;
        let by_name = world.group("By name", &[&bob, "ada@example.com"]).await;
        let by_external_id = world.group("By external id", &[]).await;
        world.add(&by_external_id, "e-ada@example.com").await;
        assert_eq!(world.members(&by_name).await, [bob.clone(), "ada@example.com".to_owned()], "{app}");
        let gone = world.group("Given up", &["ada@example.com"]).await;
        world.remove(&gone, "ada@example.com").await;

        let ada = world.user("ada@example.com").await;
        let expected = if app == "splashtop" { vec!["By external id"] } else { vec!["By name", "By external id"] };
        for name in ["By name", "By external id", "Given up"] {
            let is_in = world.app_members(name).contains(&"ada@example.com".to_owned());
            assert_eq!(is_in, expected.contains(&name), "{app}: {name}");
        }
        let mut both = vec![ada.clone(), bob.clone()];
        both.sort();
        assert_eq!(world.members(&by_name).await, both, "{app}: the id has taken the name's place");
        assert_eq!(world.members(&by_external_id).await, std::slice::from_ref(&ada), "{app}");
        assert!(world.members(&gone).await.is_empty(), "{app}");
    }
}
