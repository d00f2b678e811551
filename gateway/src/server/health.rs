//! `/healthz`: does the process answer; `/readyz`: can it do its work; `/metrics`: what it did.
//!
//! None of them asks for a token: a reverse proxy must pass on only the instances' paths, or the operator gives the latter two a listener
//! of their own (`observe-listen`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

use super::in_flight::InFlight;
use crate::egress::Circuit;
use crate::observe::Metrics;

/// The state of one instance, connector or other part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PartState {
    /// It works.
    Ready,
    /// It works worse than it should, e.g. its app does not answer; the gateway as a whole stays ready for the others.
    Degraded {
        /// Why, for the operator; no secrets.
        reason: String,
    },
    /// It does not work, and nothing that needs it.
    Failed {
        /// Why, for the operator; no secrets.
        reason: String,
    },
}

/// What `/readyz` shows, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// The connectors.
    pub connectors: BTreeMap<String, PartState>,
    /// The instances.
    pub instances: BTreeMap<String, PartState>,
    /// What all share, e.g. `store`.
    pub shared: BTreeMap<String, PartState>,
}

impl Parts {
    /// Whether nothing failed.
    pub fn ready(&self) -> bool {
        let all = self.connectors.values().chain(self.instances.values()).chain(self.shared.values());
        !all.into_iter().any(|state| matches!(state, PartState::Failed { .. }))
    }
}

/// Who knows whether the gateway can do its work. Answers from memory, at once.
pub trait Readiness: Send + Sync + 'static {
    /// The state of everything now.
    fn parts(&self) -> Parts;

    /// How the circuit of each instance to its app stands.
    fn circuits(&self) -> Vec<(String, Circuit)> {
        Vec::new()
    }
}

#[derive(Clone)]
struct Probed {
    readiness: Arc<dyn Readiness>,
    metrics: Arc<Metrics>,
    in_flight: InFlight,
}

/// `/healthz`.
pub(super) fn alive() -> Router {
    Router::new().route("/healthz", get(async || json(StatusCode::OK, r#"{"status":"alive"}"#.to_owned())))
}

/// `/readyz` and `/metrics`, which tell the instances' names.
pub(super) fn observed(readiness: Arc<dyn Readiness>, metrics: Arc<Metrics>, in_flight: InFlight) -> Router {
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
        parts: Parts,
    }
    let parts = probed.readiness.parts();
    let (code, status) =
        if parts.ready() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not-ready") };
    json(code, serde_json::to_string(&Report { status, parts }).unwrap_or_default())
}

async fn metrics_text(State(probed): State<Probed>) -> Response {
    probed.metrics.set_in_flight(probed.in_flight.count());
    probed.metrics.set_circuits(&probed.readiness.circuits());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], probed.metrics.render()).into_response()
}

fn json(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], text).into_response()
}
