//! How requests are answered, and when.

use super::*;
use crate::config::{Format, Level};
use crate::observe::tests::Captured;

#[tokio::test]
async fn every_refusal_is_a_scim_error_with_a_correlation_id() {
    let log = Captured::default();
    let _log = tracing::subscriber::set_default(log.subscriber(Format::Json, Level::Info));
    let gateway = start(Options::default()).await;
    let users = "/acme/scim/v2/Users";
    let long = "x".repeat(4096);
    for (request, status, detail) in [
        (gateway.post(users, "wrong").body("{}"), 401, "not accepted"),
        (gateway.post("/nobody/scim/v2/Users", "wrong").body("{}"), 401, "not accepted"),
        (gateway.post("/nobody/scim/v2/Users", "right").body("{}"), 404, "no instance"),
        (gateway.post(users, "right").body("{"), 400, "EOF while parsing an object at line 1 column 1"),
        (gateway.post(users, "right"), 400, "no body"),
        (gateway.post(users, "right").body(long), 413, "2048 bytes"),
        (gateway.post(users, "right").header("content-type", "text/plain").body("{}"), 415, "text/plain"),
        (gateway.post("/elsewhere", "right").body("{}"), 404, "/scim/v2"),
        (gateway.client().delete(format!("{}{users}", gateway.base)), 405, "method"),
        (gateway.client().get(format!("{}/acme/panic", gateway.base)), 500, "x-correlation-id"),
    ] {
        let (found, body) = scim_error(request.send().await.unwrap()).await;
        let text = body["detail"].as_str().unwrap();
        assert!(found == status && text.contains(detail), "{status} {detail}: {body}");
        assert!(!text.contains("secret of the gateway"), "{body}");
    }
    let refused = gateway.post(users, "wrong").send().await.unwrap();
    assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"scim\"");
    assert_eq!(gateway.stop().await, Ended::Finished);
    let lines: Vec<Value> = log.text().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let operations: Vec<&Value> = lines.iter().filter(|line| line["target"] == "scim_gateway::operation").collect();
    assert_eq!(operations.len(), 11, "one line a request");
    assert!(operations.iter().all(|line| line["correlation"].is_string()));
    let panic = operations.iter().find(|line| line["status"] == 500).unwrap();
    assert_eq!((&panic["level"], &panic["cause"]), (&"error".into(), &"panic: a secret of the gateway".into()));
}

#[tokio::test]
async fn a_valid_request_reaches_its_route_and_is_counted() {
    let gateway = start(Options::default()).await;
    let request = gateway.post("/acme/scim/v2/Users?aadOptscim062020", "right");
    let response =
        request.header("x-correlation-id", "from-the-client").body("{\"userName\":\"a\"}").send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-correlation-id"], "from-the-client");
    let metrics = gateway.get("/metrics").await;
    assert!(metrics.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains("scim_operations_total{instance=\"acme\",operation=\"create\",status=\"201\"} 1"),
        "{metrics}"
    );
    assert!(metrics.contains("scim_operations_in_flight 0"), "{metrics}");
}

#[tokio::test]
async fn an_operation_outlives_a_client_that_hangs_up() {
    let gateway = start(Options::default()).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gateway.stand.entered.notified().await;
    drop(socket);
    gateway.stand.release.add_permits(1);
    gateway.stand.ended.acquire().await.unwrap().forget();
}

#[tokio::test]
async fn a_client_that_waits_too_long_gets_504_and_the_operation_continues() {
    let log = Captured::default();
    let _log = tracing::subscriber::set_default(log.subscriber(Format::Json, Level::Info));
    let gateway = start(Options { request_timeout: Duration::from_millis(20), ..Options::default() }).await;
    let response = gateway.get("/acme/slow").await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(scim_error(response).await.0, 504);
    gateway.stand.release.add_permits(1);
    gateway.stop().await;
    let line: Value = serde_json::from_str(log.text().lines().next().unwrap()).unwrap();
    assert_eq!((&line["status"], &line["abandoned"]), (&200.into(), &true.into()), "{line}");
}

#[tokio::test]
async fn an_operation_over_the_limit_is_refused_and_health_still_responds() {
    let gateway = start(Options { in_flight: 1, ..Options::default() }).await;
    let base = gateway.base.clone();
    let client = gateway.client();
    let first = tokio::spawn(async move { client.get(format!("{base}/acme/slow")).send().await.unwrap().status() });
    gateway.stand.entered.notified().await;
    let shed = gateway.get("/acme/slow").await;
    assert_eq!(shed.headers()["retry-after"], "1");
    assert_eq!(scim_error(shed).await.0, 503);
    assert_eq!(gateway.get("/healthz").await.status(), 200);
    assert!(gateway.get("/metrics").await.text().await.unwrap().contains("scim_operations_in_flight 1"));
    gateway.stand.release.add_permits(1);
    assert_eq!(first.await.unwrap(), 200);
}

#[tokio::test]
async fn many_wrong_tokens_are_told_to_wait_and_the_right_one_never_is() {
    let log = Captured::default();
    let _log = tracing::subscriber::set_default(log.subscriber(Format::Json, Level::Info));
    let gateway = start(Options::default()).await;
    let users = "/acme/scim/v2/Users";
    let mut refused = Vec::new();
    for number in 0..60 {
        let answer = gateway.post(users, "wrong").body("{}").send().await.unwrap();
        refused.push((answer.status().as_u16(), answer.headers().contains_key("retry-after")));
        if number % 10 == 0 {
            let right = gateway.post(users, "right").body("{\"userName\":\"a\"}").send().await.unwrap();
            assert_eq!(right.status(), 201);
        }
    }
    let count = |status| refused.iter().filter(|refusal| **refusal == status).count();
    // A slow machine may take so long that a few more are due.
    let limited = count((429, true));
    assert!((30..=40).contains(&limited) && count((401, false)) == 60 - limited, "{refused:?}");
    // Written in another way, it is the same name.
    let encoded = gateway.post("/%61cme/scim/v2/Users", "wrong").body("{}").send().await.unwrap();
    let (status, body) = scim_error(encoded).await;
    assert_eq!(status, 429, "{body}");
    let metrics = gateway.get("/metrics").await.text().await.unwrap();
    let line = format!("scim_refused_tokens_total{{status=\"429\"}} {}", limited + 1);
    assert!(metrics.contains(&line), "{metrics}");
    let text = log.text();
    assert!(text.contains("many wrong tokens come from this address"), "{text}");
    assert_eq!(text.matches("\"status\":429").count(), 0, "{text}");
}

#[tokio::test]
async fn people_who_sign_in_take_no_place_of_a_scim_operation() {
    let gateway = start(Options { in_flight: 1, ..Options::default() }).await;
    let mut browsers = Vec::new();
    for _ in 0..20 {
        let mut socket = gateway.socket().await;
        socket.write_all(b"GET /acme/jit HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        gateway.stand.entered.notified().await;
        browsers.push(socket);
    }
    let answer = gateway.post("/acme/scim/v2/Users", "right").body("{\"userName\":\"a\"}").send().await.unwrap();
    assert_eq!(answer.status(), 201);
    gateway.stand.release.add_permits(20);
    for mut browser in browsers {
        let mut answer = [0_u8; 15];
        browser.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
}

#[tokio::test]
async fn clients_of_a_trusted_proxy_are_limited_one_by_one() {
    let gateway = start(Options::default()).await;
    let wrong = async |client: &str| {
        let request = gateway.post("/acme/scim/v2/Users", "wrong").header("x-forwarded-for", client).body("{}");
        request.send().await.unwrap().status().as_u16()
    };
    let mut last = 401;
    for _ in 0..25 {
        last = wrong("192.0.2.1").await;
    }
    assert_eq!((last, wrong("192.0.2.2").await), (429, 401));
}
