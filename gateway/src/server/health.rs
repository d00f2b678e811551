//! `/healthz`: the process responds; `/readyz`: it can do its work; `/metrics`: what it did.
//!
//! None of them requires a token: a reverse proxy must forward only the instances' paths, or the operator gives the latter two
//! their own listener (`observe-listen`).

use crate::admission::InFlight;
use crate::observe::{Components, Metrics, Readiness};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;
use std::sync::Arc;

#[derive(Clone)]
struct Probed {
    readiness: Arc<dyn Readiness>,
    metrics: Arc<Metrics>,
    in_flight: InFlight,
}

/// `/healthz`.
pub(super) fn health_routes() -> Router {
    Router::new().route("/healthz", get(async || json(StatusCode::OK, r#"{"status":"alive"}"#.to_owned())))
}

/// `/readyz` and `/metrics`, which show the names of the instances.
pub(super) fn observe_routes(readiness: Arc<dyn Readiness>, metrics: Arc<Metrics>, in_flight: InFlight) -> Router {
    Router::new().route("/readyz", get(ready)).route("/metrics", get(metrics_text)).with_state(Probed {
        readiness,
        metrics,
        in_flight,
    })
}

async fn ready(State(probed): State<Probed>) -> Response {
    #[derive(Serialize)]
    struct Report {
        status: &'static str,
        #[serde(flatten)]
        components: Components,
    }
    let components = probed.readiness.components();
    let (code, status) =
        if components.ready() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not-ready") };
    json(code, serde_json::to_string(&Report { status, components }).unwrap_or_default())
}

async fn metrics_text(State(probed): State<Probed>) -> Response {
    probed.metrics.set_in_flight(probed.in_flight.count());
    probed.metrics.set_circuits(&probed.readiness.circuits());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], probed.metrics.render()).into_response()
}

fn json(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], text).into_response()
}
