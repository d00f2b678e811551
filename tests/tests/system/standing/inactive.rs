//! Users whom the app removes when they become inactive.

use scim_gateway_tests::world::{SPLASHTOP_USER, World, okta_user};
use serde_json::{Value, json};

const APPS: [&str; 2] = ["splashtop", "askspoke"];

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_and_restored_ten_times_keeps_id_and_group() {
    for app in APPS {
        let world = World::okta(app).await;
        let ada = world.user("ada@example.com").await;
        let other = world.user("bob@example.com").await;
        let group = world.group("Sales", &[&ada, &other]).await;
        for round in 0..10 {
            let disabled = world.set_active(&ada, false).await.expect(200);
            assert_eq!((&disabled["id"], &disabled["active"]), (&json!(ada), &json!(false)), "{app} {round}");
            assert_eq!(world.app_users(), ["bob@example.com"]);
            let read = world.get(&format!("/Users/{ada}")).await.expect(200);
            assert_eq!((&read["active"], &read["userName"]), (&json!(false), &json!("ada@example.com")));
            assert_eq!(read["name"]["familyName"], "Lovelace");
            assert_eq!(read["externalId"], "e-ada@example.com");
            for filter in [
                "userName eq \"ADA@example.com\"",
                "externalId eq \"e-ada@example.com\"",
                "active eq false",
                &format!("id eq \"{ada}\""),
            ] {
                let found = world.find("/Users", filter).await;
                assert_eq!(found.iter().map(|each| &each["id"]).collect::<Vec<_>>(), [&json!(ada)], "{app} {filter}");
            }
            let mut both = vec![ada.clone(), other.clone()];
            both.sort();
            assert_eq!(world.members(&group).await, both, "{app}: the client is shown the inactive member");

            let restored = world.set_active(&ada, true).await.expect(200);
            assert_eq!((&restored["id"], &restored["active"]), (&json!(ada), &json!(true)), "{app} {round}");
            assert_eq!(world.app_users(), ["ada@example.com", "bob@example.com"]);
            assert_eq!(world.app_members("Sales"), ["ada@example.com", "bob@example.com"], "{app} {round}");
            assert_eq!(world.members(&group).await, both);
            let found = world.find("/Users", "userName eq \"ada@example.com\"").await;
            assert_eq!((found.len(), &found[0]["id"], &found[0]["active"]), (1, &json!(ada), &json!(true)));
            assert_eq!(found[0]["externalId"], "e-ada@example.com");
        }
        world.delete(&format!("/Users/{ada}")).await.expect(204);
        assert_eq!(world.app_users(), ["bob@example.com"]);
        assert_eq!(world.members(&group).await, [other]);
        world.get(&format!("/Users/{ada}")).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_a_user_is_inactive_counts_when_it_is_restored() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    let path = format!("/Users/{ada}");
    let both = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "replace", "path": "name.givenName", "value": "Augusta" }
    ]);
    world.patch(&path, both).await.expect(200);
    world.app().clear_calls();
    let changed = json!([{ "op": "replace", "path": "displayName", "value": "Countess" }]);
    assert_eq!(world.patch(&path, changed).await.expect(200)["displayName"], "Countess");
    assert!(world.app().calls().is_empty(), "the app has no such user");

    let mut whole = okta_user("ada@example.com");
    whole["active"] = json!("True");
    whole["name"]["givenName"] = json!("Augusta Ada");
    whole["displayName"] = json!("Countess");
    let restored = world.call("PUT", &path, &whole).await.expect(200);
    assert_eq!((&restored["active"], &restored["name"]["givenName"]), (&json!(true), &json!("Augusta Ada")));
    let state = world.app().state();
    assert_eq!(state["users"][0]["displayName"], "Countess");
    assert_eq!(state["users"][0][SPLASHTOP_USER]["ssoName"], "Okta SSO");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_disables_and_a_put_without_active_changes_nothing_of_it() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    let path = format!("/Users/{ada}");
    let mut whole = okta_user("ada@example.com");
    whole["active"] = json!(false);
    assert_eq!(world.call("PUT", &path, &whole).await.expect(200)["active"], false);
    whole.as_object_mut().unwrap().remove("active");
    assert_eq!(world.call("PUT", &path, &whole).await.expect(200)["active"], false);
    assert!(world.app_users().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_breaks_no_id_of_an_active_user() {
    let mut world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    let group = world.group("Sales", &[&ada]).await;
    world.stop().await;
    for file in std::fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().path()) {
        if file.file_name().unwrap().to_string_lossy().starts_with("gateway.db") {
            std::fs::remove_file(file).unwrap();
        }
    }
    // A gateway that finds its store gone does not begin with an empty one by itself.
    world.command(&["store", "create"]);
    world.start_again().await;
    assert_eq!(world.get(&format!("/Users/{ada}")).await.expect(200)["userName"], "ada@example.com");
    assert_eq!(
        world.members(&group).await,
        std::slice::from_ref(&ada),
        "the app is believed where nothing is recorded"
    );
    world.add(&group, &ada).await;
    world.set_active(&ada, false).await.expect(200);
    world.set_active(&ada, true).await.expect(200);
    assert_eq!(world.app_members("Sales"), ["ada@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_user_is_ended_or_keeps_its_name_from_others() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    let bob = world.user("bob@example.com").await;
    world.set_active(&ada, false).await.expect(200);
    let refused = world.post("/Users", &okta_user("Ada@example.com")).await.expect(409);
    assert_eq!(refused["scimType"], "uniqueness");
    assert!(refused["detail"].as_str().unwrap().contains(&ada), "{refused}");
    let renamed = json!([{ "op": "replace", "path": "userName", "value": "bob@example.com" }]);
    assert_eq!(world.patch(&format!("/Users/{ada}"), renamed).await.expect(409)["scimType"], "uniqueness");

    world.app().clear_calls();
    world.delete(&format!("/Users/{ada}")).await.expect(204);
    assert!(world.app().calls().is_empty());
    world.get(&format!("/Users/{ada}")).await.expect(404);
    let again = world.user("ada@example.com").await;
    assert!(again != ada && again != bob);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_becomes_inactive_under_the_name_of_another() {
    for (connector, rename) in [("splashtop", (400, "mutability")), ("askspoke", (409, "uniqueness"))] {
        let world = World::okta(connector).await;
        let ada = world.user("ada@example.com").await;
        let bob = world.user("bob@example.com").await;
        // This user now has another account than their id says.
        world.set_active(&bob, false).await.expect(200);
        world.set_active(&bob, true).await.expect(200);
        let inactive = |name: &str| {
            let mut user = okta_user(name);
            user["active"] = json!(false);
            user
        };
        for name in ["ada@example.com", "Bob@example.com"] {
            let refused = world.post("/Users", &inactive(name)).await.expect(409);
            assert_eq!(refused["scimType"], "uniqueness", "{connector}: {refused}");
        }
        let (status, scim_type) = rename;
        let operations = json!([{ "op": "replace", "value": { "userName": "bob@example.com", "active": false } }]);
        let put = world.call("PUT", &format!("/Users/{ada}"), &inactive("bob@example.com")).await;
        let patched = world.patch(&format!("/Users/{ada}"), operations).await;
        for refused in [put.expect(status), patched.expect(status)] {
            assert_eq!(refused["scimType"], scim_type, "{connector}: {refused}");
        }
        assert_eq!(world.app_users(), ["ada@example.com", "bob@example.com"], "{connector}");

        world.set_active(&ada, false).await.expect(200);
        let renamed = json!([{ "op": "replace", "path": "userName", "value": "bob@example.com" }]);
        let refused = world.patch(&format!("/Users/{ada}"), renamed).await.expect(409);
        assert_eq!(refused["scimType"], "uniqueness", "{connector}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_that_only_the_gateway_keeps_is_not_looked_for_in_the_app() {
    let world = World::okta("samanage").await;
    let mut new = okta_user("ada@example.com");
    new["externalId"] = json!("Müller");
    let ada = world.post("/Users", &new).await.expect(201);
    world.app().clear_calls();
    for (name, found) in [("Müller", 1), ("müller", 0), ("MÜLLER", 0), ("Mueller", 0)] {
        assert_eq!(world.find("/Users", &format!("externalId eq \"{name}\"")).await.len(), found, "{name}");
    }
    let read = format!("/users/{}.json", ada["id"].as_str().unwrap());
    assert!(world.app().calls().iter().all(|call| call.path == read), "{:?}", world.app().calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_created_inactive_gets_an_account_when_it_becomes_active() {
    let world = World::okta("splashtop").await;
    let mut new = okta_user("ada@example.com");
    new["active"] = json!(false);
    let created = world.post("/Users", &new).await.expect(201);
    assert_eq!(created["active"], false);
    assert!(world.app_users().is_empty());
    let id = created["id"].as_str().unwrap();
    let group = world.group("Sales", &[id]).await;
    assert_eq!(world.set_active(id, true).await.expect(200)["id"], id);
    assert_eq!(world.app_members("Sales"), ["ada@example.com"]);
    assert_eq!(world.members(&group).await, [id]);
    assert_eq!(world.get(&format!("/Users/{id}")).await.expect(200)["active"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_came_to_be_without_the_gateway_is_the_inactive_users() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    let group = world.group("Sales", &[&ada]).await;
    world.set_active(&ada, false).await.expect(200);
    let sign_in = json!({ "ssoName": "Okta SSO", "email": "ada@example.com" });
    let url = format!("{}/sso/jit", world.app().base_url);
    let request = scim_gateway_tests::http::HttpRequest::new("POST", url).json(&sign_in);
    assert_eq!(world.http.send(request).await.unwrap().status, 201);

    let list = world.get("/Users").await.expect(200);
    let found = list["Resources"].as_array().unwrap();
    assert_eq!((found.len(), &found[0]["id"], &found[0]["active"]), (1, &json!(ada), &json!(true)));
    assert_eq!((&found[0]["externalId"], &list["totalResults"]), (&json!("e-ada@example.com"), &json!(1)));
    assert_eq!(world.members(&group).await, std::slice::from_ref(&ada));
    assert_eq!(world.app_members("Sales"), ["ada@example.com"]);
    assert_eq!(world.set_active(&ada, false).await.expect(200)["active"], false);
    assert!(world.app_users().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_active_and_inactive_users_in_windows_of_any_size() {
    let world = World::okta("splashtop").await;
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(world.user(&format!("user{number}@example.com")).await);
    }
    for number in [1, 2, 5] {
        world.set_active(&ids[number], false).await.expect(200);
    }
    for count in 1..=8 {
        let mut seen = Vec::new();
        for start in (1..=7).step_by(count) {
            let list = world.get(&format!("/Users?startIndex={start}&count={count}")).await.expect(200);
            assert_eq!(list["totalResults"], 7, "count {count} start {start}");
            seen.extend(
                list["Resources"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().to_owned()),
            );
        }
        let (active, inactive) = seen.split_at(4);
        assert_eq!(active, [&ids[0], &ids[3], &ids[4], &ids[6]].map(Clone::clone), "count {count}");
        let mut inactive = inactive.to_vec();
        inactive.sort();
        assert_eq!(inactive, [&ids[1], &ids[2], &ids[5]].map(Clone::clone), "count {count}");
    }
    let found = world.find("/Users", "displayName eq \"Ada Lovelace\"").await;
    assert_eq!(found.len(), 7);
    let none: Vec<Value> = world.find("/Users", "displayName eq \"Nobody\"").await;
    assert!(none.is_empty());
}
