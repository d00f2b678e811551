//! Creating, replacing, changing and deleting: RFC 7644 §3.3, §3.5, §3.6.

use scim_gateway_tests::world::{ENTERPRISE_USER, World, patch, user};
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_resource_is_answered_with_its_place_and_its_meta() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        for (endpoint, body, kind) in
            [("/Users", user("a@example.com"), "User"), ("/Groups", json!({ "displayName": "G" }), "Group")]
        {
            let answer = world.post(endpoint, &body).await;
            let location = answer.headers["location"].clone();
            let created = answer.expect(201);
            let id = created["id"].as_str().unwrap();
            assert!(location.ends_with(&format!("/app/scim/v2{endpoint}/{id}")), "{location}");
            let meta = &created["meta"];
            assert_eq!((&meta["location"], &meta["resourceType"]), (&json!(location), &json!(kind)), "{connector}");
            let read = world.get(&format!("{endpoint}/{id}")).await.expect(200);
            let times = ["created", "lastModified"].map(|time| read["meta"][time].as_str().map(str::to_owned));
            for time in times.iter().flatten() {
                assert!(time.len() >= 20 && time.contains('T'), "{connector}: {read}");
            }
            assert_eq!(times[0], times[1], "{connector}: not changed since");
            // Samanage tells no times of groups.
            assert!(times[0].is_some() || (connector, kind) == ("samanage", "Group"), "{connector}: {read}");
        }
    }
}

#[tokio::test]
async fn what_is_read_only_is_ignored_in_a_whole_resource() {
    let world = World::exact("askspoke").await;
    let mut ada = user("a@example.com");
    ada["id"] = json!("mine");
    ada["meta"] =
        json!({ "resourceType": "Robot", "created": "1999-01-01T00:00:00Z", "location": "x", "version": "W/\"9\"" });
    ada["groups"] = json!([{ "value": "g" }]);
    ada[ENTERPRISE_USER] = json!({ "manager": { "displayName": "The Boss" } });
    let created = world.post("/Users", &ada).await.expect(201);
    let id = created["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let replaced = world.call("PUT", &path, &ada).await.expect(200);
    for body in [created, replaced, world.get(&path).await.expect(200)] {
        assert_eq!((&body["id"], &body["meta"]["resourceType"]), (&json!(id), &json!("User")), "{body}");
        assert_ne!(id, "mine");
        assert_ne!(body["meta"]["created"], "1999-01-01T00:00:00Z");
        assert_eq!(body.get("groups"), None, "{body}");
        assert_eq!(body.pointer(&format!("/{ENTERPRISE_USER}/manager")), None, "{body}");
    }
}

#[tokio::test]
async fn a_duplicate_is_409_uniqueness() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        world.user("a@example.com").await;
        for name in ["a@example.com", "A@Example.com"] {
            assert_eq!(
                world.post("/Users", &user(name)).await.error(),
                (409, Some("uniqueness")),
                "{connector} {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_resource_without_what_is_required_is_refused() {
    let world = World::exact("askspoke").await;
    let path = format!("/Users/{}", world.user("a@example.com").await);
    let group = world.post("/Groups", &json!({ "displayName": "G" })).await.expect(201);
    let group = format!("/Groups/{}", group["id"].as_str().unwrap());
    for (method, path, body) in [
        ("POST", "/Users", json!({ "displayName": "Ada" })),
        ("POST", "/Users", json!({ "userName": "" })),
        ("PUT", path.as_str(), json!({ "displayName": "Ada" })),
        ("POST", "/Groups", json!({ "members": [] })),
        ("PUT", group.as_str(), json!({ "members": [] })),
    ] {
        let answer = world.call(method, path, &body).await;
        assert_eq!(answer.error(), (400, Some("invalidValue")), "{method} {path} {body}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_replacement_is_answered_whole() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let path = format!("/Users/{}", world.user("a@example.com").await);
        let mut other = user("a@example.com");
        other["title"] = json!("Countess");
        let replaced = world.call("PUT", &path, &other).await.expect(200);
        assert_eq!((&replaced["title"], &replaced["userName"]), (&json!("Countess"), &json!("a@example.com")));
        assert_eq!(replaced, world.get(&path).await.expect(200), "{connector}");
        // What is left out may be taken for cleared, and here it is.
        let replaced = world.call("PUT", &path, &user("a@example.com")).await.expect(200);
        assert_eq!(replaced.get("title"), None, "{connector}: {replaced}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_and_is_not_created() {
    let world = World::exact("askspoke").await;
    let change = patch(json!([{ "op": "replace", "path": "displayName", "value": "x" }]));
    for endpoint in ["/Users", "/Groups"] {
        for (method, body) in [
            ("GET", Value::Null),
            ("PUT", json!({ "userName": "a@example.com", "displayName": "x" })),
            ("PATCH", change.clone()),
        ] {
            let answer = world.call(method, &format!("{endpoint}/nobody"), &body).await;
            assert_eq!(answer.status, 404, "{method} {endpoint}: {}", answer.body);
        }
    }
    assert!(world.instance.app.calls().iter().all(|call| call.method != "POST"), "nothing was created");
}

#[tokio::test]
async fn what_was_deleted_is_gone_for_readers_writers_and_lists() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let path = format!("/Users/{}", world.user("a@example.com").await);
        assert_eq!(world.call("DELETE", &path, &Value::Null).await.expect(204), Value::Null);
        let change = patch(json!([{ "op": "replace", "path": "title", "value": "x" }]));
        for (method, body) in [("GET", Value::Null), ("PUT", user("a@example.com")), ("PATCH", change)] {
            assert_eq!(world.call(method, &path, &body).await.status, 404, "{connector} {method}");
        }
        let found = world.list("/Users", &[("filter", "userName eq \"a@example.com\"")]).await.expect(200);
        assert_eq!(found["totalResults"], 0, "{connector}");
        world.user("a@example.com").await;
    }
}

#[tokio::test]
async fn a_patch_that_asks_for_attributes_is_answered_with_them() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let path = format!("/Users/{}?attributes=title", world.user("a@example.com").await);
        let change = patch(json!([{ "op": "add", "path": "title", "value": "Countess" }]));
        let answer = world.call("PATCH", &path, &change).await.expect(200);
        assert_eq!(answer["title"], "Countess", "{connector}: {answer}");
        assert_eq!(answer.get("userName"), None, "{connector}: {answer}");
    }
}

#[tokio::test]
async fn an_external_id_is_kept_to_the_letter() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let mut ada = user("a@example.com");
        ada["externalId"] = json!("Ada-1815 Ä");
        let created = world.post("/Users", &ada).await.expect(201);
        assert_eq!(created["externalId"], "Ada-1815 Ä", "{connector}");
        for (filter, found) in [("externalId eq \"Ada-1815 Ä\"", 1), ("externalId eq \"ada-1815 ä\"", 0)] {
            let list = world.list("/Users", &[("filter", filter)]).await.expect(200);
            assert_eq!(list["totalResults"], found, "{connector} {filter}");
        }
        let plain = world.user("b@example.com").await;
        assert_eq!(world.get(&format!("/Users/{plain}")).await.expect(200).get("externalId"), None, "{connector}");
    }
}
