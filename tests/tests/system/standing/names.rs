//! Names that the gateway holds where the app cannot.

use scim_gateway_tests::world::{World, okta_user};
use serde_json::{Value, json};

fn user(name: &str, address: &str) -> Value {
    let mut user = okta_user(name);
    user["emails"] = json!([{ "type": "work", "primary": true, "value": address }]);
    user
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_user_name_that_another_account_shows_for_its_own_is_refused() {
    let world = World::okta("samanage").await;
    let ada = world.post("/Users", &user("ada@example.com", "ada@example.com")).await.expect(201);
    let bob = world.post("/Users", &user("bob", "bob@example.com")).await.expect(201);
    let before = world.app().state()["users"].clone();

    let path = format!("/Users/{}", bob["id"].as_str().unwrap());
    let renamed = json!([{ "op": "replace", "path": "userName", "value": "ada@example.com" }]);
    for answer in [
        world.post("/Users", &user("ADA@example.com", "other@example.com")).await,
        world.patch(&path, renamed).await,
        world.call("PUT", &path, &user("ada@example.com", "bob@example.com")).await,
    ] {
        assert_eq!(answer.error(), (409, Some("uniqueness")), "{}", answer.body);
        assert!(answer.body["detail"].as_str().unwrap().contains(ada["id"].as_str().unwrap()), "{}", answer.body);
    }
    assert_eq!(world.app().state()["users"], before);
    let found = world.find("/Users", "userName eq \"ada@example.com\"").await;
    assert_eq!(found.iter().map(|user| &user["id"]).collect::<Vec<_>>(), [&ada["id"]]);
    assert_eq!(world.get(&path).await.expect(200)["userName"], "bob");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoration_under_a_new_name_that_the_app_refuses_leaves_the_user_as_they_were() {
    for app in ["splashtop", "askspoke"] {
        let world = World::okta(app).await;
        let ada = world.user("ada@example.com").await;
        world.set_active(&ada, false).await.expect(200);
        world.app().fault(json!({ "faults": [{ "method": "POST", "status": 400 }] })).unwrap();
        let restored = json!([{ "op": "replace", "value": { "userName": "countess@example.com", "active": true } }]);
        let refused = world.patch(&format!("/Users/{ada}"), restored.clone()).await;
        assert_eq!(refused.status, 400, "{app}: {}", refused.body);
        let read = world.get(&format!("/Users/{ada}")).await.expect(200);
        assert_eq!((&read["userName"], &read["active"]), (&json!("ada@example.com"), &json!(false)), "{app}");
        assert!(world.find("/Users", "userName eq \"countess@example.com\"").await.is_empty(), "{app}");
        assert_eq!(world.find("/Users", "userName eq \"ada@example.com\"").await.len(), 1, "{app}");
        assert!(world.app_users().is_empty(), "{app}");
        // The refused name is free again, and the user can still be enabled.
        world.set_active(&ada, true).await.expect(200);
        assert_eq!(world.app_users(), ["ada@example.com"], "{app}");
    }
}
