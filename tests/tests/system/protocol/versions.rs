//! Versions and conditional requests (RFC 7644 §3.14).

use scim_gateway_tests::world::{World, patch, user};
use serde_json::{Value, json};

#[tokio::test]
async fn a_version_is_the_same_whatever_part_is_asked_for_and_changes_with_the_resource() {
    for connector in ["samanage", "askspoke"] {
        let world = World::exact(connector).await;
        let created = world.post("/Users", &user("a@example.com")).await;
        let path = format!("/Users/{}", created.body["id"].as_str().unwrap());
        let whole = world.get(&path).await;
        assert!(whole.etag().starts_with("W/\""), "{connector}");
        assert_eq!(whole.body["meta"]["version"], whole.etag());
        assert_eq!(created.etag(), whole.etag(), "{connector}: what is created is what is read");
        assert_eq!(world.get(&format!("{path}?attributes=userName")).await.etag(), whole.etag());
        let listed = world.list("/Users", &[("filter", "userName eq \"a@example.com\"")]).await.expect(200);
        assert_eq!(listed["Resources"][0]["meta"]["version"], whole.etag());
        let change = patch(json!([{ "op": "replace", "path": "displayName", "value": "Other Name" }]));
        let changed = world.call("PATCH", &path, &change).await;
        let after = world.get(&path).await;
        assert_ne!(after.etag(), whole.etag(), "{connector}");
        assert!(changed.etag().is_empty() || changed.etag() == after.etag(), "{connector}");
    }
}

#[tokio::test]
async fn a_group_is_created_with_the_members_and_the_version_that_a_reader_gets() {
    let world = World::exact("samanage").await;
    let ada = world.user("a@example.com").await;
    for members in [json!([]), json!([{ "value": ada }])] {
        let group = json!({ "displayName": format!("Group of {members}"), "members": members });
        let created = world.post("/Groups", &group).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let read = world.get(&format!("/Groups/{}", created.body["id"].as_str().unwrap())).await;
        assert_eq!(created.etag(), read.etag(), "what is created is what is read");
        assert_eq!(created.body, read.body);
    }
}

#[tokio::test]
async fn a_reader_that_has_the_version_is_answered_304() {
    let world = World::exact("askspoke").await;
    let path = format!("/Users/{}", world.user("a@example.com").await);
    let etag = world.get(&path).await.etag();
    for (header, value, status) in [
        ("if-none-match", etag.as_str(), 304),
        ("if-none-match", "*", 304),
        ("if-none-match", "W/\"other\"", 200),
        ("if-match", etag.as_str(), 200),
        ("if-match", "W/\"other\"", 412),
        ("if-match", "a b", 400),
    ] {
        let answer = world.call_with("GET", &path, &[(header, value)], &Value::Null).await;
        assert_eq!(answer.status, status, "{header}: {value}");
        if status == 304 {
            assert_eq!((answer.body.is_null(), answer.etag()), (true, etag.clone()));
        }
    }
}

#[tokio::test]
async fn a_change_of_another_version_is_refused_and_the_app_hears_nothing_of_it() {
    for connector in ["samanage", "askspoke"] {
        let world = World::exact(connector).await;
        let path = format!("/Users/{}", world.user("a@example.com").await);
        let etag = world.get(&path).await.etag();
        let change = patch(json!([{ "op": "replace", "path": "displayName", "value": "Other Name" }]));
        world.instance.app.clear_calls();
        for (header, value) in [("if-match", "W/\"other\""), ("if-none-match", "*"), ("if-none-match", etag.as_str())] {
            for (method, body) in [("PUT", user("a@example.com")), ("PATCH", change.clone()), ("DELETE", Value::Null)] {
                let answer = world.call_with(method, &path, &[(header, value)], &body).await;
                assert_eq!(answer.status, 412, "{connector} {method} {header}: {value}: {}", answer.body);
            }
        }
        assert!(world.instance.app.calls().iter().all(|call| call.method == "GET"), "{connector}");
        let answer = world.call_with("PATCH", &path, &[("if-match", etag.as_str())], &change).await;
        assert!([200, 204].contains(&answer.status), "{connector}");
        let answer = world.call_with("DELETE", &path, &[("if-match", etag.as_str())], &Value::Null).await;
        assert_eq!(answer.status, 412, "{connector}: it has changed since");
        world.call_with("DELETE", &path, &[("if-match", "*")], &Value::Null).await.expect(204);
        assert_eq!(world.call_with("DELETE", &path, &[("if-match", "*")], &Value::Null).await.status, 404);
    }
}

#[tokio::test]
async fn of_those_who_change_the_same_version_at_once_one_is_first() {
    let world = World::exact("askspoke").await;
    let path = format!("/Users/{}", world.user("a@example.com").await);
    let etag = world.get(&path).await.etag();
    let change = |title: String| patch(json!([{ "op": "replace", "path": "title", "value": title }]));
    let changes: Vec<_> = (0..8).map(|number| change(format!("title {number}"))).collect();
    let headers = [("if-match", etag.as_str())];
    let answers = changes.iter().map(|body| world.call_with("PATCH", &path, &headers, body));
    let answers = futures_util::future::join_all(answers).await;
    let (refused, done): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 412);
    assert_eq!((done.len(), refused.len()), (1, 7), "{:?}", answers.iter().map(|each| each.status).collect::<Vec<_>>());
}
