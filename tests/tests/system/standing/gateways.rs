//! Two gateways on one PostgreSQL.

use futures_util::future::join_all;
use scim_gateway_tests::postgres::Postgres;
use scim_gateway_tests::world::{World, patch};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_agree_on_who_is_in_which_group() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.unwrap().unwrap();
    let database = postgres.database().unwrap();
    let world = World::okta_on_store("splashtop", Some(&database)).await;
    world.app().switch(&json!({ "group_rule": "latest_added" })).unwrap();
    let other = world.another_gateway("other.log").await;
    let urls = [world.url(), other.url()];

    let groups = [world.group("First", &[]).await, world.group("Second", &[]).await, world.group("Third", &[]).await];
    let mut users = Vec::new();
    for number in 0..6 {
        users.push(world.user(&format!("user{number}@example.com")).await);
    }
    for (op, effective) in [("add", "Third"), ("remove", "First")] {
        let calls = users.iter().flat_map(|user| groups.iter().map(move |group| (user, group))).enumerate();
        // All users come into all groups; then they leave all but the first.
        let calls = calls.filter(|(_, (_, group))| op == "add" || **group != groups[0]);
        let calls = calls.map(|(number, (user, group))| {
            let body = patch(json!([{ "op": op, "path": "members", "value": [{ "value": user }] }]));
            let url = urls[number % 2];
            let path = format!("/Groups/{group}");
            let world = &world;
            async move { world.call_at(url, "PATCH", &path, &body).await }
        });
        for answer in join_all(calls).await {
            answer.expect(204);
        }
        for name in ["First", "Second", "Third"] {
            let expected = if name == effective { users.len() } else { 0 };
            assert_eq!(world.app_members(name).len(), expected, "{op}: {name}");
        }
    }
    for user in &users {
        world.set_active(user, false).await.expect(200);
        let path = format!("/Users/{user}");
        let body = patch(json!([{ "op": "replace", "path": "active", "value": true }]));
        let restored = world.call_at(urls[1], "PATCH", &path, &body).await.expect(200);
        assert_eq!(restored["id"], json!(user));
        assert_eq!(world.get(&path).await.expect(200)["active"], true);
    }
    assert_eq!(world.app_members("First").len(), users.len());
    other.stop().await.unwrap();
}
