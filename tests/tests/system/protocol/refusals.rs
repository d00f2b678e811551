//! Requests that are refused at once appear in the provisioning log, too.

use scim_gateway_tests::http::HttpRequest;
use scim_gateway_tests::world::World;
use serde_json::{Value, json};
use std::time::Duration;

type Change = fn(HttpRequest) -> HttpRequest;

fn body(request: HttpRequest, text: String) -> HttpRequest {
    HttpRequest { body: Some(text), ..request.header("content-type", "application/scim+json") }
}

#[tokio::test]
async fn every_refused_request_has_its_row_in_the_provisioning_log_and_an_outsider_has_none() {
    let world = World::exact("askspoke").await;
    let token = world.instance.token.clone();
    let as_it_is: Change = |request| request;
    let cases: [(&str, &str, Change, u16, Value); 10] = [
        ("GET", "/Users/1/2", as_it_is, 404, json!(["GET", null, null])),
        ("GET", "/Users/%ff", as_it_is, 400, json!(["GET", null, null])),
        ("DELETE", "/Users", as_it_is, 405, json!(["DELETE", null, null])),
        ("GET", "/Me", as_it_is, 501, json!(["GET", null, null])),
        ("POST", "/Users", |request| body(request, "{".to_owned()), 400, json!(["create", "User", null])),
        ("PUT", "/Users/7", |request| body(request, ",".repeat(500_000)), 413, json!(["replace", "User", "7"])),
        (
            "PATCH",
            "/Groups/7",
            |request| request.header("content-type", "text/plain"),
            415,
            json!(["patch", "Group", "7"]),
        ),
        ("GET", "/Users/7", |request| request.header("if-match", "no\"tag"), 400, json!(["read", "User", "7"])),
        ("GET", "/Schemas?filter=id+pr", as_it_is, 403, json!(["discover", null, null])),
        (
            "POST",
            "/Bulk",
            |request| body(request, "{\"failOnErrors\":-1,\"Operations\":[]}".to_owned()),
            400,
            json!(["bulk", null, null]),
        ),
    ];
    for (method, path, change, status, _) in &cases {
        assert_eq!(world.send_raw(method, path, "wrong", change).await, 401, "{method} {path}");
        assert_eq!(world.send_raw(method, path, &token, change).await, *status, "{method} {path}");
    }
    let operations = json!([
        { "method": "BREW", "path": "/Users" },
        { "method": "DELETE", "path": "/Users/1/2" },
        { "method": "DELETE", "path": "/Users/8", "version": "no\"tag" },
    ]);
    world.post("/Bulk", &json!({ "Operations": operations })).await.expect(200);
    let in_bulk = [json!(["BREW", null, null]), json!(["DELETE", null, null]), json!(["delete", "User", "8"])];

    let shown = |row: &Value| json!([[row["operation"], row["resource_type"], row["id"]], row["status"]]);
    let mut expected: Vec<Value> = cases.iter().map(|(_, _, _, status, row)| json!([row, status])).collect();
    expected.extend(in_bulk.map(|row| json!([row, 400])));
    let mut rows = Vec::new();
    // The row of a request that changed nothing is written a moment later.
    for _ in 0..200 {
        rows = world.failed_rows();
        if rows.len() >= expected.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(rows.iter().map(shown).collect::<Vec<_>>(), expected);
    assert!(rows.iter().all(|row| row["instance"] == "app" && row["correlation"] != ""), "{rows:?}");
}
