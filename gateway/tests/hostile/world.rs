//! The context of calls in these tests: tight limits, an app of a few lines, a state that counts its uses.

use crate::fixture;
use futures_util::future::BoxFuture;
use scim_gateway::connectors::{
    CallContext, CallLimits, Compiler, Connector, ConnectorState, NoState, Runtime, RuntimeLimits, StateError, Wasi,
    resolve_settings,
};
use scim_gateway::egress::{Auth, Egress, EgressConfig, Network, Purpose, Route};
use secrecy::SecretString;
use serde_json::Map;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) fn limits() -> CallLimits {
    CallLimits {
        memory: 16 << 20,
        cpu: Duration::from_millis(200),
        wall: Duration::from_secs(20),
        sends: 5,
        hostcall_bytes: 1 << 20,
    }
}

pub(crate) fn runtime() -> Runtime {
    Runtime::new(RuntimeLimits { slots: 16, ..RuntimeLimits::default() }, Compiler::InProcess).unwrap()
}

pub(crate) async fn hostile(runtime: &Runtime) -> Arc<Connector> {
    runtime.load(fixture::hostile(), "hostile.wasm", None, Wasi::Refused).await.unwrap()
}

/// A context without an app.
pub(crate) fn context(connector: &Connector) -> CallContext {
    let settings = resolve_settings(&connector.descriptor.settings, &Map::new()).unwrap();
    CallContext {
        instance: "test".into(),
        correlation_id: "c-1".into(),
        settings: Arc::new(settings),
        egress: None,
        purpose: Purpose::Live,
        trace: None,
        state: Arc::new(NoState),
        limits: limits(),
        share: connector.share(),
    }
}

/// An app that answers 200 at `/users.json`, counts these calls, and redirects `/redirect` to a metadata service.
pub(crate) async fn app() -> (Arc<Egress>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let users = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { "{}" }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let elsewhere = async || axum::response::Redirect::temporary("http://169.254.169.254/latest/meta-data");
    let router = axum::Router::new()
        .route("/users.json", axum::routing::get(users))
        .route("/redirect", axum::routing::get(elsewhere));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (egress(&base_url), calls)
}

/// Egress to an app that does not run.
pub(crate) async fn nobody() -> Arc<Egress> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    egress(&format!("http://{}", listener.local_addr().unwrap()))
}

fn egress(base_url: &str) -> Arc<Egress> {
    let route = Route { allow_private: true, ..Route::default() };
    let config = EgressConfig::new("test", base_url.parse().unwrap(), Auth::Bearer, SecretString::from("hunter2"));
    Arc::new(Egress::new(EgressConfig { route, ..config }, &Network::new()).unwrap())
}

/// Keeps values and counts how often it is used.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    pub(crate) uses: AtomicUsize,
    kept: Mutex<HashMap<String, String>>,
}

impl ConnectorState for Counting {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>> {
        self.uses.fetch_add(1, Ordering::SeqCst);
        let found = self.kept.lock().unwrap().get(key).cloned();
        Box::pin(async { Ok(found) })
    }

    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        self.uses.fetch_add(1, Ordering::SeqCst);
        self.kept.lock().unwrap().insert(key.to_owned(), value.to_owned());
        Box::pin(async { Ok(()) })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        self.kept.lock().unwrap().remove(key);
        Box::pin(async { Ok(()) })
    }
}

/// Never answers, or always fails.
#[derive(Debug)]
pub(crate) enum Broken {
    Stuck,
    Failing,
}

impl ConnectorState for Broken {
    fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<String>, StateError>> {
        match self {
            Self::Stuck => Box::pin(std::future::pending()),
            Self::Failing => Box::pin(async { Err(StateError("the disk is full".into())) }),
        }
    }

    fn set<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async { Err(StateError("the disk is full".into())) })
    }

    fn delete<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async { Ok(()) })
    }
}
