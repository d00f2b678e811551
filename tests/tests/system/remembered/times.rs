//! `meta.created` and `meta.lastModified` of what the gateway holds (RFC 7643 §3.1).

use jiff::Timestamp;
use scim_gateway_tests::world::World;
use serde_json::{Value, json};

const APPS: [&str; 3] = ["samanage", "splashtop", "askspoke"];

async fn world(app: &str) -> World {
    if app == "samanage" { World::exact(app).await } else { World::okta(app).await }
}

fn time(resource: &Value, name: &str) -> Timestamp {
    resource["meta"][name].as_str().unwrap_or_else(|| panic!("no {name}: {resource}")).parse().unwrap()
}

async fn found(world: &World, filter: &str) -> Vec<String> {
    let found = world.find("/Users", filter).await;
    found.iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_moves_the_last_change_and_is_found_by_it() {
    for app in APPS {
        let world = world(app).await;
        let ada = world.user("ada@example.com").await;
        world.user("bob@example.com").await;
        let path = format!("/Users/{ada}");
        let before = world.get(&path).await.expect(200);
        let inactive = world.set_active(&ada, false).await;
        let (status, tag) = (inactive.status, inactive.etag());
        assert!([200, 204].contains(&status), "{app}: {}", inactive.body);
        let after = world.get(&path).await;
        let (etag, after) = (after.etag(), after.expect(200));
        assert!(tag.is_empty() || tag == etag, "{app}");
        assert_eq!((&after["active"], time(&after, "created")), (&json!(false), time(&before, "created")), "{app}");
        // Samanage's own times are whole seconds.
        let has_moved = time(&after, "lastModified") > time(&before, "lastModified");
        assert!(has_moved || app == "samanage", "{app}: {before} {after}");

        // What is shown is what filters and sorting see.
        let shown = after["meta"]["lastModified"].as_str().unwrap();
        assert!(found(&world, &format!("meta.lastModified ge \"{shown}\"")).await.contains(&"ada@example.com".into()));
        assert!(found(&world, &format!("meta.lastModified eq \"{shown}\"")).await.contains(&"ada@example.com".into()));
        assert!(!found(&world, &format!("meta.lastModified gt \"{shown}\"")).await.contains(&"ada@example.com".into()));
        if app != "samanage" {
            let since = before["meta"]["lastModified"].as_str().unwrap();
            let changed = found(&world, &format!("active eq false and meta.lastModified gt \"{since}\"")).await;
            assert_eq!(changed, ["ada@example.com"], "{app}");
            let sorted = [("sortBy", "meta.lastModified"), ("sortOrder", "descending")];
            let list = world.list("/Users", &sorted).await.expect(200);
            assert_eq!(list["Resources"][0]["userName"], "ada@example.com", "{app}: {list}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_active_again_was_created_when_they_were() {
    for app in APPS {
        let world = world(app).await;
        let ada = world.user("ada@example.com").await;
        let path = format!("/Users/{ada}");
        let created = world.get(&path).await.expect(200)["meta"]["created"].clone();
        let mut last = time(&world.get(&path).await.expect(200), "lastModified");
        for round in 0..3 {
            for active in [false, true] {
                world.set_active(&ada, active).await;
                let now = world.get(&path).await.expect(200);
                assert_eq!((&now["active"], &now["meta"]["created"]), (&json!(active), &created), "{app} {round}");
                let moved = time(&now, "lastModified");
                assert!(moved > last || app == "samanage" && moved == last, "{app} {round} {active}: {now}");
                last = moved;
            }
        }
        let filter = format!("meta.created eq {created} and userName eq \"ada@example.com\"");
        assert_eq!(found(&world, &filter).await, ["ada@example.com"], "{app}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_created_inactive_has_both_times_and_keeps_them() {
    for app in ["splashtop", "askspoke"] {
        let world = world(app).await;
        let begun = Timestamp::now();
        let mut ada = scim_gateway_tests::world::okta_user("ada@example.com");
        ada["active"] = json!(false);
        let created = world.post("/Users", &ada).await.expect(201);
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert!(time(&created, "created") >= begun - std::time::Duration::from_secs(1), "{app}: {created}");
        assert_eq!(created["meta"]["created"], created["meta"]["lastModified"], "{app}");

        // Nothing changes, so nothing has changed.
        world.call("PUT", &path, &ada).await.expect(200);
        assert_eq!(world.get(&path).await.expect(200)["meta"], created["meta"], "{app}");
        ada["name"]["familyName"] = json!("King");
        let renamed = world.call("PUT", &path, &ada).await.expect(200);
        assert!(time(&renamed, "lastModified") > time(&created, "lastModified"), "{app}: {renamed}");
        assert_eq!(renamed["meta"]["created"], created["meta"]["created"], "{app}");

        world.set_active(created["id"].as_str().unwrap(), true).await.expect(200);
        let active = world.get(&path).await.expect(200);
        assert_eq!(active["meta"]["created"], created["meta"]["created"], "{app}");
        assert!(time(&active, "lastModified") > time(&renamed, "lastModified"), "{app}: {active}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_that_only_the_gateway_keeps_moves_the_last_change() {
    for (app, endpoint) in [("samanage", "/Users"), ("samanage", "/Groups"), ("askspoke", "/Groups")] {
        let world = world(app).await;
        let id = match endpoint {
            "/Users" => world.user("ada@example.com").await,
            _ => world.group("Sales", &[]).await,
        };
        let path = format!("{endpoint}/{id}");
        let set = |value: Value| json!([{ "op": "replace", "path": "externalId", "value": value }]);
        world.patch(&path, set(json!("first"))).await;
        let before = world.get(&path).await;
        let (etag, before) = (before.etag(), before.expect(200));
        // The same again is no change.
        world.patch(&path, set(json!("first"))).await;
        let same = world.get(&path).await;
        assert_eq!((same.etag(), &same.body["meta"]), (etag.clone(), &before["meta"]), "{app}");
        world.app().clear_calls();
        world.patch(&path, set(json!("second"))).await;
        assert!(world.app().calls().iter().all(|call| call.method == "GET"), "{app}: the app is not told");
        let after = world.get(&path).await;
        assert_ne!(after.etag(), etag, "{app}");
        assert!(time(&after.body, "lastModified") > time(&before, "lastModified"), "{app}: {}", after.body);
        let since = before["meta"]["lastModified"].as_str().unwrap();
        let found = world.find(endpoint, &format!("meta.lastModified gt \"{since}\"")).await;
        assert_eq!(found.iter().map(|found| &found["id"]).collect::<Vec<_>>(), [&json!(id)], "{app}");
        world.patch(&path, json!([{ "op": "remove", "path": "externalId" }])).await;
        let removed = world.get(&path).await.expect(200);
        assert!(time(&removed, "lastModified") > time(&after.body, "lastModified"), "{app}: {removed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whom_only_the_gateway_records_moves_the_groups_last_change() {
    for app in ["splashtop", "askspoke"] {
        let world = world(app).await;
        let ada = world.user("ada@example.com").await;
        let sales = world.group("Sales", &[]).await;
        world.set_active(&ada, false).await.expect(200);
        let path = format!("/Groups/{sales}");
        let before = world.get(&path).await;
        world.app().clear_calls();
        world.add(&sales, &ada).await;
        assert!(world.app().calls().iter().all(|call| call.method == "GET"), "{app}: the app has no such user");
        assert_eq!(world.members(&sales).await, [ada], "{app}");
        let after = world.get(&path).await;
        assert_ne!(after.etag(), before.etag(), "{app}");
        assert!(time(&after.body, "lastModified") > time(&before.body, "lastModified"), "{app}: {}", after.body);
    }
}
