//! The server over real sockets, in front of substitutes for the SCIM routes.

mod connections;
mod observed;
mod requests;
mod shutdown;

use super::*;
use crate::admission::Access;
use crate::config::{Config, TokenHash};
use crate::observe::{ComponentState, Components, Recording, TICK};
use axum::extract::{Path, Request, State};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::StatusCode;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::task::JoinHandle;

/// What the substitute routes show to a test.
#[derive(Clone)]
struct Stand {
    access: Arc<Access>,
    limits: BodyLimits,
    entered: Arc<Notify>,
    /// One permit lets one `slow` operation finish.
    release: Arc<Semaphore>,
    ended: Arc<Semaphore>,
}

/// More than the socket buffers of both sides can take.
const LONG: usize = 64 << 20;

struct Gateway {
    base: String,
    stand: Stand,
    /// The routes for a separate listener.
    observed: Router,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Ended>,
}

struct Fixed(Components);

impl Readiness for Fixed {
    fn components(&self) -> Components {
        self.0.clone()
    }
}

struct Options {
    in_flight: usize,
    request_timeout: Duration,
    listen: ListenLimits,
    components: Components,
    has_observe_listener: bool,
}

impl Default for Options {
    fn default() -> Self {
        let listen = ListenLimits { grace: Duration::from_secs(20), ..ListenLimits::default() };
        Self {
            in_flight: 8,
            request_timeout: Duration::from_secs(20),
            listen,
            components: Components::default(),
            has_observe_listener: false,
        }
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
    let sign_ins = Router::new().route("/{instance}/jit", get(slow)).with_state(stand.clone());
    let in_flight = InFlight::new(options.in_flight);
    let metrics = Arc::new(Metrics::new());
    let context = ServerContext {
        in_flight: in_flight.clone(),
        request_timeout: options.request_timeout,
        proxies: Arc::new(Proxies::new(vec!["127.0.0.1".parse().unwrap()])),
        token_failures: Arc::new(TokenFailures::new(Instant::now())),
        lanes: Lanes::new(1),
        stalls: Stalls::watching(TICK, Arc::clone(&metrics)),
        metrics,
        readiness: Arc::new(Fixed(options.components)),
        has_observe_listener: options.has_observe_listener,
    };
    let observed = observe_routes(&context);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let router = router(&context, scim, sign_ins);
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
) -> Result<(StatusCode, String), ErrorResponse> {
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
        // A client cannot be built without the provider, although nothing here uses TLS.
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
        // A peer that closes with unread bytes may reset the connection after its response.
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn stop(mut self) -> Ended {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap()
    }
}

/// The status and body of a response that must be a SCIM error.
async fn scim_error(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/scim+json");
    assert!(response.headers().contains_key("x-correlation-id"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    assert_eq!(body["status"], status.to_string());
    (status, body)
}
