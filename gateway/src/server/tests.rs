//! The shell over real sockets.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::task::JoinHandle;

use super::*;
use crate::config::{Config, Format, Level, TokenHash};
use crate::observe::Recording;
use crate::observe::tests::Captured;

/// What the stand-in for SCIM's routes shows to a test.
#[derive(Clone)]
struct Stand {
    access: Arc<Access>,
    limits: BodyLimits,
    entered: Arc<Notify>,
    /// One permit lets one `slow` operation end.
    release: Arc<Semaphore>,
    ended: Arc<Semaphore>,
}

/// More than the sockets of both sides hold.
const LONG: usize = 64 << 20;

struct Gateway {
    base: String,
    stand: Stand,
    /// What a listener of its own serves.
    observed: Router,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Ended>,
}

struct Fixed(Parts);

impl Readiness for Fixed {
    fn parts(&self) -> Parts {
        self.0.clone()
    }
}

struct Options {
    in_flight: usize,
    patience: Duration,
    listen: ListenLimits,
    parts: Parts,
    observed_apart: bool,
}

impl Default for Options {
    fn default() -> Self {
        let listen = ListenLimits { grace: Duration::from_secs(20), ..ListenLimits::default() };
        Self { in_flight: 8, patience: Duration::from_secs(20), listen, parts: Parts::default(), observed_apart: false }
    }
}

async fn start(options: Options) -> Gateway {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("c.wasm"), "").unwrap();
    let text = format!(
        "[connectors.c]\nfile = \"c.wasm\"\n[instances.acme]\nconnector = \"c\"\ntokens = [\"{}\"]\n",
        TokenHash::of("right")
    );
    let config = Config::parse(&directory.path().join("gateway.toml"), &text, &|_| None).unwrap();
    let stand = Stand {
        access: Arc::new(Access::new(&config)),
        limits: BodyLimits { bytes: 2048, time: Duration::from_secs(10) },
        entered: Arc::new(Notify::new()),
        release: Arc::new(Semaphore::new(0)),
        ended: Arc::new(Semaphore::new(0)),
    };
    let scim = Router::new()
        .route("/{instance}/scim/v2/Users", post(create).get(async || "[]"))
        .route("/{instance}/slow", get(slow))
        .route("/{instance}/long", get(async || "x".repeat(LONG)))
        .route("/{instance}/panic", get(panics))
        .with_state(stand.clone());
    let in_flight = InFlight::new(options.in_flight);
    let shell = Shell {
        in_flight: in_flight.clone(),
        request_timeout: options.patience,
        metrics: Arc::new(Metrics::new()),
        readiness: Arc::new(Fixed(options.parts)),
        observed_apart: options.observed_apart,
    };
    let observed = observed(&shell);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let router = router(&shell, scim);
    let serving = tokio::spawn(async move {
        serve(listener, router, &in_flight, options.listen, async {
            let _ = stopped.await;
        })
        .await
    });
    Gateway { base, stand, observed, stop: Some(stop), serving }
}

async fn create(
    State(stand): State<Stand>,
    Path(instance): Path<String>,
    Extension(recording): Extension<Recording>,
    request: Request,
) -> Result<(StatusCode, String), Failure> {
    let (head, body) = request.into_parts();
    let name = stand.access.admit(&instance, &head.headers)?.clone();
    recording.note(|record| {
        record.instance = Some(name);
        record.operation = Some("create");
    });
    let body = read_json(&head.headers, body, stand.limits).await?;
    Ok((StatusCode::CREATED, body.to_string()))
}

async fn slow(State(stand): State<Stand>) -> &'static str {
    stand.entered.notify_one();
    stand.release.acquire().await.unwrap().forget();
    stand.ended.add_permits(1);
    "done"
}

async fn panics() -> &'static str {
    panic!("a secret of the gateway")
}

impl Gateway {
    fn client(&self) -> reqwest::Client {
        // The provider is needed to build a client, though nothing here speaks TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::new()
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        self.client().get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    fn post(&self, path: &str, token: &str) -> reqwest::RequestBuilder {
        self.client().post(format!("{}{path}", self.base)).bearer_auth(token)
    }

    async fn socket(&self) -> TcpStream {
        TcpStream::connect(self.base.trim_start_matches("http://")).await.unwrap()
    }

    async fn raw(&self, bytes: &[u8]) -> String {
        let mut socket = self.socket().await;
        socket.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        // A peer that closes with bytes unread may reset the connection after its answer.
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn stop(mut self) -> Ended {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap()
    }
}

/// The status and body of an answer that must be a SCIM error.
async fn scim_error(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/scim+json");
    assert!(response.headers().contains_key("x-correlation-id"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    assert_eq!(body["status"], status.to_string());
    (status, body)
}

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
async fn a_request_that_is_right_reaches_its_route_and_is_counted() {
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
async fn a_client_that_waits_too_long_is_told_and_the_operation_goes_on() {
    let log = Captured::default();
    let _log = tracing::subscriber::set_default(log.subscriber(Format::Json, Level::Info));
    let gateway = start(Options { patience: Duration::from_millis(20), ..Options::default() }).await;
    let response = gateway.get("/acme/slow").await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(scim_error(response).await.0, 504);
    gateway.stand.release.add_permits(1);
    gateway.stop().await;
    let line: Value = serde_json::from_str(log.text().lines().next().unwrap()).unwrap();
    assert_eq!((&line["status"], &line["unheard"]), (&200.into(), &true.into()), "{line}");
}

#[tokio::test]
async fn one_operation_too_many_is_shed_and_health_still_answers() {
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
async fn a_shutdown_finishes_what_runs_and_accepts_nothing_more() {
    let mut gateway = start(Options::default()).await;
    let (base, client) = (gateway.base.clone(), gateway.client());
    let running =
        tokio::spawn(async move { client.get(format!("{base}/acme/slow")).send().await.unwrap().text().await });
    gateway.stand.entered.notified().await;
    gateway.stop.take().unwrap().send(()).unwrap();
    while TcpStream::connect(gateway.base.trim_start_matches("http://")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!gateway.serving.is_finished());
    gateway.stand.release.add_permits(1);
    assert_eq!(running.await.unwrap().unwrap(), "done");
    assert_eq!(gateway.serving.await.unwrap(), Ended::Finished);
}

#[tokio::test]
async fn a_shutdown_waits_for_an_operation_whose_client_has_gone() {
    let mut gateway = start(Options::default()).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gateway.stand.entered.notified().await;
    drop(socket);
    gateway.stop.take().unwrap().send(()).unwrap();
    gateway.stand.release.add_permits(1);
    assert_eq!(gateway.serving.await.unwrap(), Ended::Finished);
    assert_eq!(gateway.stand.ended.available_permits(), 1);
}

#[tokio::test]
async fn a_shutdown_ends_after_its_time_of_grace() {
    let listen = ListenLimits { grace: Duration::from_millis(20), ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gateway.stand.entered.notified().await;
    assert_eq!(gateway.stop().await, Ended::CutOff { operations: 1 });
}

#[tokio::test]
async fn a_connection_that_never_asks_is_no_operation_that_was_cut_off() {
    let listen = ListenLimits { grace: Duration::from_millis(20), ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /acme").await.unwrap();
    socket.read_exact(&mut [0_u8; 16]).await.unwrap();
    assert_eq!(gateway.stop().await, Ended::Finished);
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_harms_nobody() {
    let listen = ListenLimits { head_bytes: 8192, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let long_head = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(16_384));
    let many_heads = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    for (bytes, expected) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..], "HTTP/1.1 400"),
        (b"nonsense\r\n\r\n", "HTTP/1.1 400"),
        (b"GET /healthz HTTP/1.1\r\nhost : x\r\n\r\n", "HTTP/1.1 400"),
        (
            b"POST /acme/scim/v2/Users HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
            "HTTP/1.1 400",
        ),
        (long_head.as_bytes(), "HTTP/1.1 431"),
        (many_heads.as_bytes(), "HTTP/1.1 431"),
    ] {
        let answer = gateway.raw(bytes).await;
        assert!(answer.starts_with(expected), "{}: {answer}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(gateway.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let listen = ListenLimits { head_time: Duration::from_millis(20), ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    assert_eq!(gateway.raw(b"GET /healthz HT").await, "");
    assert_eq!(gateway.raw(b"").await, "");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_let_go() {
    let listen = ListenLimits { write_time: Duration::from_millis(50), connections: 1, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let mut socket = gateway.socket().await;
    socket.write_all(b"GET /acme/long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // The only place for a connection is free again before the first client has read a byte.
    assert_eq!(gateway.get("/healthz").await.status(), 200);
    let mut read = Vec::new();
    let _ = socket.read_to_end(&mut read).await;
    assert!(read.len() < LONG, "{} bytes", read.len());
}

#[tokio::test]
async fn readiness_and_metrics_are_not_public_where_they_have_a_listener_of_their_own() {
    let gateway = start(Options { observed_apart: true, ..Options::default() }).await;
    for (path, status) in [("/healthz", 200), ("/readyz", 404), ("/metrics", 404)] {
        assert_eq!(gateway.get(path).await.status(), status, "{path}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (router, in_flight) = (gateway.observed.clone(), InFlight::new(1));
    let serving = async { serve(listener, router, &in_flight, ListenLimits::default(), std::future::pending()).await };
    let asking = async {
        for (path, status) in [("/readyz", 200), ("/metrics", 200), ("/acme/scim/v2/Users", 404)] {
            let answer = gateway.client().get(format!("{base}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
        }
    };
    tokio::select! { _ = serving => {}, () = asking => {} }
}

#[tokio::test]
async fn a_connection_over_the_bound_waits_for_a_place() {
    let listen = ListenLimits { connections: 1, ..ListenLimits::default() };
    let gateway = start(Options { listen, ..Options::default() }).await;
    let request = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = gateway.socket().await;
    first.write_all(request).await.unwrap();
    let mut byte = [0_u8; 1];
    first.read_exact(&mut byte).await.unwrap();
    let mut second = gateway.socket().await;
    second.write_all(request).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), second.read_exact(&mut byte)).await.is_err());
    drop(first);
    second.read_exact(&mut byte).await.unwrap();
}

#[tokio::test]
async fn readiness_names_what_is_not_ready_and_one_slow_app_does_not_stop_the_others() {
    let degraded = PartState::Degraded { reason: "the app does not answer".into() };
    let failed = PartState::Failed { reason: "imports wasi:cli".into() };
    let parts = |state: PartState| Parts {
        instances: [("acme".to_owned(), state), ("globex".to_owned(), PartState::Ready)].into(),
        ..Parts::default()
    };
    for (state, code, status, reason) in [
        (PartState::Ready, 200, "ready", Value::Null),
        (degraded, 200, "ready", "the app does not answer".into()),
        (failed, 503, "not-ready", "imports wasi:cli".into()),
    ] {
        let gateway = start(Options { parts: parts(state), ..Options::default() }).await;
        let response = gateway.get("/readyz").await;
        assert_eq!(response.status(), code);
        let body: Value = response.json().await.unwrap();
        assert_eq!((&body["status"], &body["instances"]["acme"]["reason"]), (&status.into(), &reason));
        assert_eq!(body["instances"]["globex"]["state"], "ready");
    }
}
