//! Bulk requests (RFC 7644 §3.7).

use scim_gateway_tests::world::{ENTERPRISE_USER, World, user};
use serde_json::{Value, json};

async fn bulk(world: &World, fail_on_errors: Option<u64>, operations: Value) -> Vec<Value> {
    let mut body =
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
    if let Some(most) = fail_on_errors {
        body["failOnErrors"] = json!(most);
    }
    let answer = world.post("/Bulk", &body).await.expect(200);
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    answer["Operations"].as_array().unwrap().clone()
}

fn statuses(operations: &[Value]) -> Vec<&str> {
    operations.iter().map(|operation| operation["status"].as_str().unwrap()).collect()
}

fn create(name: &str, data: &Value) -> Value {
    let path = if data.get("userName").is_some() { "/Users" } else { "/Groups" };
    json!({ "method": "POST", "path": path, "bulkId": name, "data": data })
}

#[tokio::test]
async fn operations_refer_to_what_others_create_in_any_order() {
    let world = World::exact("askspoke").await;
    let done = bulk(
        &world,
        None,
        json!([
            create("team", &json!({ "displayName": "Team", "members": [{ "value": "bulkId:ann" }] })),
            create("ann", &user("ann@example.com")),
            create("bob", &user("bob@example.com")),
            { "method": "PATCH", "path": "/Groups/bulkId:team",
              "data": { "Operations": [{ "op": "add", "path": "members", "value": [{ "value": "bulkId:bob" }] }] } },
            { "method": "PATCH", "path": "/Groups/bulkId:team",
              "data": { "Operations": [{ "op": "remove", "path": "members[value eq \"bulkId:ann\"]" }] } },
        ]),
    )
    .await;
    assert_eq!(&statuses(&done)[..3], ["201", "201", "201"], "{done:?}");
    assert!(statuses(&done)[3..].iter().all(|status| ["200", "204"].contains(status)), "{done:?}");
    assert_eq!(done[0]["bulkId"], "team");
    assert_eq!(done[0]["method"], "POST");
    let location = done[0]["location"].as_str().unwrap();
    assert_eq!(done[3]["location"], location);
    assert!(done[1]["version"].as_str().unwrap().starts_with("W/\""));
    let team = world.get(location.split("/scim/v2").nth(1).unwrap()).await.expect(200);
    let bob = done[2]["location"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(team["members"][0]["value"], bob);
    assert_eq!(team["members"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_circle_of_references_is_resolved() {
    let world = World::exact("askspoke").await;
    let managed = |name: &str, by: &str| {
        let mut user = user(name);
        user[ENTERPRISE_USER] = json!({ "manager": { "value": format!("bulkId:{by}") } });
        user
    };
    let done = bulk(
        &world,
        None,
        json!([create("a", &managed("a@example.com", "b")), create("b", &managed("b@example.com", "a")),]),
    )
    .await;
    assert_eq!(statuses(&done), ["201", "201"], "{done:?}");
    let ids: Vec<&str> =
        done.iter().map(|each| each["location"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    for (one, other) in [(0, 1), (1, 0)] {
        let user = world.get(&format!("/Users/{}", ids[one])).await.expect(200);
        assert_eq!(user[ENTERPRISE_USER]["manager"]["value"], ids[other]);
    }
}

#[tokio::test]
async fn each_operation_has_its_own_status_and_the_rest_is_left_after_too_many_errors() {
    let world = World::exact("askspoke").await;
    world.user("taken@example.com").await;
    let operations = json!([
        create("a", &user("taken@example.com")),
        { "method": "PATCH", "path": "/Users/nobody",
          "data": { "Operations": [{ "op": "replace", "path": "title", "value": "t" }] } },
        create("b", &user("b@example.com")),
        create("c", &json!({ "displayName": "C", "members": [{ "value": "bulkId:a" }] })),
        create("d", &json!({ "displayName": "D", "members": [{ "value": "bulkId:unknown" }] })),
        { "method": "BREW", "path": "/Users" },
        { "method": "POST", "path": "/Nothing", "bulkId": "x", "data": {} },
    ]);
    let done = bulk(&world, Some(2), operations.clone()).await;
    assert_eq!(statuses(&done), ["409", "404"]);
    assert_eq!(done[0]["response"]["scimType"], "uniqueness");
    assert_eq!(done[0]["response"]["status"], "409");
    assert_eq!(done[0].get("location"), None, "what could not be created is nowhere");
    assert!(done[1]["location"].as_str().unwrap().ends_with("/Users/nobody"));
    let done = bulk(&world, None, operations).await;
    assert_eq!(statuses(&done), ["409", "404", "201", "409", "400", "400", "404"], "{done:?}");
}

#[tokio::test]
async fn a_bulk_operation_may_name_the_version_that_it_means() {
    let world = World::exact("askspoke").await;
    let id = world.user("a@example.com").await;
    let version = world.get(&format!("/Users/{id}")).await.etag();
    let change = |version: &str| {
        json!([{ "method": "PATCH", "path": format!("/Users/{id}"), "version": version,
            "data": { "Operations": [{ "op": "replace", "path": "title", "value": "t" }] } }])
    };
    assert_eq!(statuses(&bulk(&world, None, change("W/\"other\"")).await), ["412"]);
    assert_ne!(statuses(&bulk(&world, None, change(&version)).await), ["412"]);
    assert_eq!(statuses(&bulk(&world, None, change(&version)).await), ["412"], "it has changed since");
}

#[tokio::test]
async fn a_bulk_request_that_is_too_large_or_none_is_refused_whole() {
    let world = World::exact("askspoke").await;
    let many = vec![json!({ "method": "DELETE", "path": "/Users/1" }); 101];
    for (body, expected) in [
        (json!({ "Operations": many }), (413, None)),
        (json!({ "schemas": ["urn:x"], "Operations": [] }), (400, Some("invalidSyntax"))),
        (json!({ "failOnErrors": -1, "Operations": [] }), (400, Some("invalidValue"))),
    ] {
        let answer = world.post("/Bulk", &body).await;
        assert_eq!(answer.error(), expected);
    }
    assert!(world.instance.app.calls().is_empty());
}
