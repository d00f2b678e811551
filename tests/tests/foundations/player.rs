//! The player against a gateway of a few lines: what is as expected passes, and each kind of difference is found and placed.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use scim_gateway_tests::conversation::{Conversation, ConversationReport, Player, Target, Verdict};
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::simulators::{Kind, Simulator};
use serde_json::{Value, json};

const APP_TOKEN: &str = "app-token";

/// Asks the app for its users and answers how many there are.
async fn gateway(State(app): State<String>, uri: Uri) -> impl IntoResponse {
    let request = HttpRequest::new("GET", format!("{app}/users.json?page=1&per_page=5"))
        .header("x-samanage-authorization", format!("Bearer {APP_TOKEN}"));
    let users = Http::default().send(request).await.unwrap();
    let users: Value = serde_json::from_str(&users.body).unwrap();
    let body = json!({"totalResults": users.as_array().unwrap().len(), "path": uri.to_string()});
    (StatusCode::OK, [("content-type", "application/scim+json")], body.to_string())
}

async fn play(steps: Value) -> ConversationReport {
    let app = Simulator::start(Kind::Samanage, APP_TOKEN).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target {
        gateway: format!("http://{}", listener.local_addr().unwrap()),
        instance: "acme".into(),
        token: "scim-token".into(),
        app: app.base_url.clone(),
        app_credential: ("x-samanage-authorization".into(), format!("Bearer {APP_TOKEN}")),
    };
    let router = axum::Router::new().fallback(gateway).with_state(app.api_url.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let conversation: Conversation = serde_json::from_value(json!({
        "title": "t", "about": "a", "connector": "samanage",
        "client": {"name": "c", "query": "flag"},
        "variables": {"name": "a b"},
        "before": {"app": [{"method": "POST", "path": "/users.json",
            "body": {"user": {"name": "Alice", "email": "alice@contoso.example"}}, "capture": {"alice": "/id"}}]},
        "steps": steps,
    }))
    .unwrap();
    Player::new(target).play(&conversation, |_| ()).await
}

fn step(changes: &Value) -> Value {
    let mut step = json!({
        "says": "The users are counted.",
        "request": {"method": "GET", "path": "/Users?x={name}"},
        "answer": {"status": 200, "headers": {"content-type": {"$prefix": "application/"}},
            "body": {"totalResults": 2, "path": "/acme/scim/v2/Users?flag&x=a+b"}},
        "app": [{"method": "GET", "path": "/users.json", "query": {"page": "1", "per_page": "5"}}],
    });
    for (key, value) in changes.as_object().unwrap() {
        step[key] = value.clone();
    }
    step
}

#[tokio::test]
async fn a_step_that_is_as_expected_passes_and_tells_what_happened() {
    let report = play(json!([step(&json!({"capture": {"total": "/totalResults"}}))])).await;
    assert_eq!(report.verdict, Verdict::AsExpected, "{:?}", report.steps);
    let step = &report.steps[0];
    assert_eq!(step.request.as_ref().unwrap().path, "/acme/scim/v2/Users?flag&x=a+b");
    assert_eq!(step.app_calls[0].status, Some(200));
    assert!(!serde_json::to_string(&report).unwrap().contains("scim-token"));
}

#[tokio::test]
async fn each_difference_is_found_and_placed() {
    let get = |path: &str| json!({"method": "GET", "path": path, "query": {"page": "1", "per_page": "5"}});
    for (changes, at) in [
        (json!({"answer": {"status": 404}}), "/answer/status"),
        (json!({"answer": {"status": 200, "body": {"totalResults": 3}}}), "/answer/body/totalResults"),
        (json!({"answer": {"status": 200, "headers": {"etag": {"$string": true}}}}), "/answer/headers/etag"),
        (json!({"app": []}), "/app-calls/0"),
        (json!({"app": [get("/users.json"), get("/users.json")]}), "/app-calls/1"),
        (json!({"app": [get("/groups.json")]}), "/app-calls/0/path"),
        (json!({"app": [{"method": "GET", "path": "/users.json"}]}), "/app-calls/0/query/page"),
        (json!({"capture": {"x": "/nothing"}}), "/answer/body/nothing"),
        (json!({"request": {"method": "GET", "path": "/Users/{nobody}"}}), ""),
        (json!({"given": {"switches": {"no_such_switch": true}}}), ""),
    ] {
        let report = play(json!([step(&changes), step(&json!({}))])).await;
        let places: Vec<&str> = report.steps[0].mismatches.iter().map(|mismatch| mismatch.at.as_str()).collect();
        assert!(places.contains(&at), "{changes}: {places:?}");
        assert_eq!(report.steps[1].verdict, Verdict::AsExpected, "the steps after a difference are played");
    }
}
