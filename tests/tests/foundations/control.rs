//! What every simulator answers under `/_sim`, and the faults it plays.

use reqwest::{Client, Method, RequestBuilder};
use scim_gateway_tests::simulators::{Kind, Simulator};
use serde_json::{Value, json};
use std::time::Duration;

struct Bench {
    simulator: Simulator,
    http: Client,
}

impl Bench {
    async fn start() -> Self {
        // A second installation is refused, and the first one serves.
        drop(rustls::crypto::ring::default_provider().install_default());
        Self { simulator: Simulator::start(Kind::Samanage, "secret").await.unwrap(), http: Client::new() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.simulator.base_url))
    }

    /// A call to the control: status and body.
    async fn sim(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.request(method, &format!("/_sim{path}")).body(body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    fn create(&self, email: &str) -> RequestBuilder {
        self.request(Method::POST, "/users.json?x=a+b&y=%2B")
            .header("x-samanage-authorization", "Bearer secret")
            .header("content-type", "application/json")
            .body(json!({"user": {"name": "Ada", "email": email}}).to_string())
    }

    fn profile(&self) -> RequestBuilder {
        self.request(Method::GET, "/profile.json").header("x-samanage-authorization", "Bearer secret")
    }

    async fn plan(&self, fault: Value) {
        let (status, answer) = self.sim(Method::PUT, "/faults", json!({"faults": [fault]})).await;
        assert_eq!(status, 200, "{answer}");
    }

    fn has_user(&self, email: &str) -> bool {
        self.simulator.state()["users"].as_array().unwrap().iter().any(|user| user["email"] == email)
    }
}

#[tokio::test]
async fn every_call_is_recorded_in_order_without_its_credential() {
    let bench = Bench::start().await;
    bench.create("ada@example.com").send().await.unwrap();
    bench.profile().send().await.unwrap();
    bench.request(Method::DELETE, "/users/1.json").body("not json").send().await.unwrap();
    let (status, calls) = bench.sim(Method::GET, "/calls", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(calls.as_array().unwrap().len(), 3, "calls to the control are not recorded");
    let created = &calls[0];
    assert_eq!((&created["method"], &created["path"]), (&json!("POST"), &json!("/users.json")));
    assert_eq!(created["query"], json!([["x", "a b"], ["y", "+"]]));
    assert_eq!(created["raw-query"], "x=a+b&y=%2B");
    assert_eq!(created["headers"]["x-samanage-authorization"], "<redacted>");
    assert_eq!(created["headers"]["content-type"], "application/json");
    assert_eq!(created["body"], json!({"user": {"name": "Ada", "email": "ada@example.com"}}));
    assert_eq!((&created["status"], &created["faulted"]), (&json!(200), &json!(false)));
    assert_eq!((&calls[1]["body"], &calls[1]["status"]), (&Value::Null, &json!(200)));
    assert_eq!((&calls[2]["body"], &calls[2]["status"]), (&json!("not json"), &json!(401)));
    assert!(!calls.to_string().contains("secret"));
    assert_eq!(bench.sim(Method::DELETE, "/calls", Value::Null).await.0, 204);
    assert_eq!(bench.simulator.calls(), []);
}

#[tokio::test]
async fn the_state_is_shown_and_reset_to_the_start() {
    let bench = Bench::start().await;
    let start = bench.sim(Method::GET, "/state", Value::Null).await.1;
    assert_eq!(start["users"][0]["email"], "admin@example.com");
    bench.create("ada@example.com").send().await.unwrap();
    bench.plan(json!({"status": 500})).await;
    bench.simulator.switch(&json!({"wrap_records": true})).unwrap();
    assert!(bench.has_user("ada@example.com"));
    assert_eq!(bench.sim(Method::POST, "/reset", Value::Null).await.0, 204);
    assert_eq!(bench.sim(Method::GET, "/state", Value::Null).await.1, start);
    assert_eq!(bench.sim(Method::GET, "/faults", Value::Null).await.1, json!({"faults": []}));
    assert_eq!(bench.sim(Method::GET, "/switches", Value::Null).await.1["wrap_records"], false);
    assert_eq!(bench.simulator.calls(), []);
}

#[tokio::test]
async fn a_switch_that_does_not_exist_or_fit_changes_nothing_and_says_why() {
    let bench = Bench::start().await;
    for (switches, word) in [
        (json!({"wrap_records": true, "wrapping": true}), "email_filter"),
        (json!({"wrap_records": true, "email_filter": "fuzzy"}), "prefix"),
        (json!({"create_status": 204}), "200 or 201"),
        (json!([]), "JSON object"),
    ] {
        let (status, answer) = bench.sim(Method::PUT, "/switches", switches).await;
        assert_eq!(status, 400);
        assert!(answer["error"].as_str().unwrap().contains(word), "{answer}");
    }
    assert_eq!(bench.sim(Method::GET, "/switches", Value::Null).await.1["wrap_records"], false);
    assert_eq!(bench.sim(Method::PUT, "/switches", json!({"wrap_records": true})).await.1["wrap_records"], true);
    assert_eq!(bench.sim(Method::PUT, "/faults", json!({"faults": [{"stauts": 500}]})).await.0, 400);
    assert_eq!(bench.sim(Method::GET, "/nothing", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_planned_status_meets_the_next_calls_that_match_and_the_app_does_not_act() {
    let bench = Bench::start().await;
    bench
        .plan(json!({"method": "post", "path": "/users", "times": 2, "status": 503, "headers": {"retry-after": "1"}}))
        .await;
    assert_eq!(bench.profile().send().await.unwrap().status(), 200);
    for expected in [503, 503, 200] {
        assert!(!bench.has_user("ada@example.com"));
        let response = bench.create("ada@example.com").send().await.unwrap();
        assert_eq!(response.status(), expected);
        assert_eq!(response.headers().contains_key("retry-after"), expected == 503);
    }
    let faulted: Vec<bool> = bench.simulator.calls().iter().map(|call| call.faulted).collect();
    assert_eq!(faulted, [false, true, true, false]);
}

#[tokio::test]
async fn a_path_with_a_star_matches_the_whole_path() {
    let bench = Bench::start().await;
    bench.plan(json!({"path": "/users/*.json", "status": 500})).await;
    assert_eq!(bench.create("ada@example.com").send().await.unwrap().status(), 200);
    let other = bench.request(Method::GET, "/users/1.json").send().await.unwrap();
    assert_eq!(other.status(), 500);
}

#[tokio::test]
async fn an_answer_can_be_something_other_than_json() {
    let bench = Bench::start().await;
    bench.plan(json!({"body": "<html>"})).await;
    let response = bench.profile().send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap()), (200, "<html>".to_owned()));
}

#[tokio::test]
async fn a_dropped_connection_answers_nothing_and_does_nothing() {
    let bench = Bench::start().await;
    bench.plan(json!({"drop": true})).await;
    let error = bench.create("ada@example.com").send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert!(!bench.has_user("ada@example.com"));
    assert_eq!(bench.simulator.calls()[0].status, None);
}

#[tokio::test]
async fn a_connection_dropped_afterwards_loses_only_the_answer() {
    let bench = Bench::start().await;
    for fault in [json!({"drop": true, "after": true}), json!({"status": 502, "after": true})] {
        bench.simulator.reset();
        bench.plan(fault.clone()).await;
        let outcome = bench.create("ada@example.com").send().await;
        assert_eq!(outcome.ok().map(|response| response.status().as_u16()), fault["status"].as_u64().map(|s| s as u16));
        assert!(bench.has_user("ada@example.com"));
    }
}

#[tokio::test]
async fn a_broken_body_breaks_off_after_the_head_and_the_app_has_acted() {
    let bench = Bench::start().await;
    bench.plan(json!({"broken-body": true})).await;
    let response = bench.create("ada@example.com").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.is_err());
    assert!(bench.has_user("ada@example.com"));
}

#[tokio::test]
async fn a_delayed_answer_outlasts_a_caller_in_a_hurry() {
    let bench = Bench::start().await;
    bench.plan(json!({"delay-ms": 600_000, "after": true})).await;
    let hurry = bench.create("ada@example.com").timeout(Duration::from_millis(200));
    assert!(hurry.send().await.unwrap_err().is_timeout());
    assert!(bench.has_user("ada@example.com"));
}

#[tokio::test]
async fn users_are_seeded_once_and_the_clock_moves_on_request() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        assert_eq!(bench.sim(Method::PUT, "/seed", json!({"users": 3})).await.0, 204);
        assert_eq!(bench.simulator.state()["users"].as_array().unwrap().len(), 4);
    }
    bench.simulator.switch(&json!({"calls_per_minute": 1})).unwrap();
    for (advance, expected) in [(0, 200), (0, 429), (60, 200)] {
        assert_eq!(bench.sim(Method::PUT, "/clock", json!({ "advance-seconds": advance })).await.0, 200);
        assert_eq!(bench.profile().send().await.unwrap().status(), expected);
    }
}

#[tokio::test]
async fn a_stopped_simulator_answers_no_more() {
    let bench = Bench::start().await;
    let Bench { simulator, http } = bench;
    let url = format!("{}/_sim/state", simulator.base_url);
    assert_eq!(http.get(&url).send().await.unwrap().status(), 200);
    simulator.stop().await;
    assert!(http.get(&url).send().await.unwrap_err().is_connect());
}

#[test]
fn a_simulator_is_found_by_its_name() {
    for kind in Kind::ALL {
        assert_eq!(kind.to_string().parse::<Kind>().unwrap(), kind);
    }
    assert!("salesforce".parse::<Kind>().unwrap_err().to_string().contains("samanage"));
}
