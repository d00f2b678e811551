//! Guard rails with the real gateway, a real connector and the app's simulator, on SQLite and on PostgreSQL.

use futures_util::future::join_all;
use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::postgres::Postgres;
use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Answer, Client, INSTANCE, World, patch};
use serde_json::{Value, json};

/// Starts Samanage behind a gateway with these guard rails.
async fn start(rails: Value, store: Option<&str>) -> World {
    let rails = serde_json::from_value(rails).unwrap();
    let configure = |config: &mut GatewayConfig| {
        config.instance_mut(INSTANCE).unwrap().guard_rails = rails;
        store.into_iter().for_each(|store| config.store(store));
    };
    World::start(Client::Okta, Plan::new(INSTANCE, "samanage"), configure).await
}

/// Creates `count` users and returns their ids.
async fn create_users(world: &World, count: usize) -> Vec<String> {
    let mut users = Vec::new();
    for number in 0..count {
        let user = world.post("/Users", &user(number, true)).await.expect(201);
        users.push(user["id"].as_str().unwrap().to_owned());
    }
    users
}

fn user(number: usize, active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": format!("user{number}@example.com"),
        "displayName": format!("User {number}"),
        "active": active,
    })
}

/// The state of the instance in `/readyz`, which stays 200.
async fn health(world: &World) -> Value {
    let answer = world.operator_page("/readyz").await;
    assert_eq!(answer.status, 200, "a guard rail takes no gateway out of rotation");
    answer.json()["instances"]["app"].clone()
}

async fn metrics(world: &World) -> String {
    world.operator_page("/metrics").await.body
}

fn rails(world: &World) -> Value {
    serde_json::from_str(&world.command(&["rails", "--json"])).unwrap()
}

fn lift(world: &World) {
    world.command(&["rails", "lift", "--instance", INSTANCE, "--for", "1h"]);
}

fn activation(active: bool) -> Value {
    json!({"op": "replace", "value": {"active": active}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_not_emptied_by_one_request() {
    let mut world = start(json!({"max-members-removed": 2}), None).await;
    let users = create_users(&world, 4).await;
    let members = |users: &[String]| users.iter().map(|user| json!({"value": user})).collect::<Vec<_>>();
    let body = |users: &[String]| json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Band", "members": members(users)});
    let group = world.post("/Groups", &body(&users)).await.expect(201);
    let group = group["id"].as_str().unwrap();
    let path = format!("/Groups/{group}");

    assert_eq!(health(&world).await["state"], "ready");
    let remove_all = json!({"op": "remove", "path": "members"});
    let any = users.iter().map(|user| format!("value eq \"{user}\"")).collect::<Vec<_>>().join(" or ");
    for (method, body) in [
        ("PATCH", patch(json!([remove_all]))),
        ("PATCH", patch(json!([{"op": "replace", "path": "members", "value": []}]))),
        ("PATCH", patch(json!([{"op": "replace", "value": {"members": members(&users[..1])}}]))),
        ("PATCH", patch(json!([{"op": "remove", "path": format!("members[{any}]")}]))),
        ("PUT", body(&users[3..])),
        ("DELETE", Value::Null),
    ] {
        let Answer { status, body: error, .. } = world.call(method, &path, &body).await;
        assert_eq!(status, 403, "{method} {body}: {error}");
        let detail = error["detail"].as_str().unwrap();
        for part in ["max-members-removed", "Band", "and 2 may", "rails lift --instance app"] {
            assert!(detail.contains(part), "{method} {body}: {detail}");
        }
    }
    assert_eq!(world.members(group).await.len(), 4);
    let degraded = health(&world).await;
    assert_eq!(degraded["state"], "degraded");
    assert!(degraded["reason"].as_str().unwrap().contains("Band would lose 4 members"), "{degraded}");
    let metrics = metrics(&world).await;
    let refusals = "scim_guard_rail_refusals_total{instance=\"app\",rail=\"max-members-removed\"} 6";
    assert!(metrics.contains(refusals), "{metrics}");
    assert_eq!(rails(&world)["guard-rails"][0]["state"], "stands");

    // What takes no more than the threshold goes on.
    world.call("PUT", &path, &body(&users[1..])).await.expect(200);
    assert_eq!(world.members(group).await.len(), 3);

    lift(&world);
    assert_eq!(rails(&world)["guard-rails"][0]["state"], "lifted");
    world.patch(&path, json!([remove_all])).await.expect(204);
    assert_eq!(world.members(group).await.len(), 0);
    assert_eq!(health(&world).await["state"], "ready");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_beyond_the_threshold_stay_until_the_operator_has_looked() {
    let mut world = start(json!({"max-deactivations": {"users": 3}}), None).await;
    let users = create_users(&world, 7).await;
    assert_eq!(world.set_active(&users[0], false).await.status, 200);
    // The same user again is the same user.
    assert_eq!(world.set_active(&users[0], false).await.status, 200);
    assert_eq!(world.call("PUT", &format!("/Users/{}", users[1]), &user(1, false)).await.status, 200);
    // Who was inactive already is not counted by a PUT that says so again.
    assert_eq!(world.call("PUT", &format!("/Users/{}", users[1]), &user(1, false)).await.status, 200);
    // Who is not there was not deactivated.
    assert_eq!(world.set_active("999999", false).await.status, 404);
    assert_eq!(world.delete(&format!("/Users/{}", users[2])).await.status, 204);
    for gateway in ["the first", "one that was started again"] {
        let Answer { status, body: error, .. } = world.set_active(&users[3], false).await;
        assert_eq!(status, 403, "{gateway}: {error}");
        assert!(error["detail"].as_str().unwrap().contains("4 users would be deactivated"), "{gateway}: {error}");
        assert_eq!(world.delete(&format!("/Users/{}", users[4])).await.status, 403, "{gateway}");
        assert_eq!(health(&world).await["state"], "degraded", "{gateway}");
        // Everything else goes on.
        assert_eq!(world.set_active(&users[0], true).await.status, 200, "{gateway}");
        assert_eq!(world.get(&format!("/Users/{}", users[3])).await.body["active"], true);
        world.restart().await;
    }
    let shown = rails(&world);
    assert_eq!(shown["guard-rails"][0]["guards"], "3 users in 60 minutes");
    lift(&world);
    for user in &users[3..] {
        assert_eq!(world.set_active(user, false).await.status, 200);
    }
    assert_eq!(health(&world).await["state"], "ready");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_of_a_bulk_request_that_is_refused_is_counted() {
    let mut world = start(json!({"max-deactivations": {"users": 1}}), None).await;
    let users = create_users(&world, 3).await;
    let operations: Vec<Value> = users
        .iter()
        .map(|user| json!({"method": "PATCH", "path": format!("/Users/{user}"), "data": patch(json!([activation(false)]))}))
        .collect();
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let answer = world.post("/Bulk", &body).await.expect(200);
    let statuses: Vec<_> =
        answer["Operations"].as_array().unwrap().iter().map(|each| each["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["200", "403", "403"], "{answer}");
    let metrics = metrics(&world).await;
    let refusals = "scim_guard_rail_refusals_total{instance=\"app\",rail=\"max-deactivations\"} 2";
    assert!(metrics.contains(refusals), "{metrics}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_apps_users_is_counted_as_the_app_counts_them() {
    let mut world = start(json!({"max-deactivations": {"percent": 20}}), None).await;
    // Nine and the app's own administrator.
    let users = create_users(&world, 9).await;
    for (user, expected) in users.iter().zip([200, 200, 403]) {
        world.set_active(user, false).await.expect(expected);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_on_one_postgresql_count_together() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.unwrap().unwrap();
    let database = postgres.database().unwrap();
    let rails = json!({"max-deactivations": {"users": 4, "window-minutes": 5}});
    let world = start(rails, Some(&database)).await;
    let other = world.another_gateway("other.log").await;
    let users = create_users(&world, 10).await;
    let (world, urls, off) = (&world, [world.url(), other.url()], &patch(json!([activation(false)])));
    let calls = users.iter().enumerate().map(async |(number, user)| {
        world.call_at(urls[number % 2], "PATCH", &format!("/Users/{user}"), off).await.status
    });
    let statuses = join_all(calls).await;
    let gone = statuses.iter().filter(|status| **status == 200).count();
    assert!(gone <= 4, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 403].contains(status)), "{statuses:?}");
    let left: Vec<&String> =
        users.iter().zip(&statuses).filter(|(_, status)| **status == 403).map(|(user, _)| user).collect();
    for url in urls {
        let status = world.call_at(url, "PATCH", &format!("/Users/{}", left[0]), off).await.status;
        assert_eq!(status, 403, "{url}");
    }
    lift(&world);
    for (number, user) in left.into_iter().enumerate() {
        world.call_at(urls[number % 2], "PATCH", &format!("/Users/{user}"), off).await.expect(200);
    }
    other.stop().await.unwrap();
}
