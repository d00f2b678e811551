//! `/_sim`: how a test, in this process or another, looks into a simulator and steers it. Not recorded, and open to everyone.

use super::{Call, Control, RequestError};
use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{any, get, post, put},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

type Controlled = State<Arc<Control>>;

/// `PUT /_sim/seed`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    users: u32,
}

/// `PUT /_sim/clock`
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

/// The whole simulator: control below `/_sim`, the app everywhere else.
pub(in crate::simulators) fn router(control: Arc<Control>) -> Router {
    Router::new()
        .route("/_sim/calls", get(calls).delete(clear_calls))
        .route("/_sim/state", get(state))
        .route("/_sim/reset", post(reset))
        .route("/_sim/switches", get(switches).put(switch))
        .route("/_sim/faults", get(faults).put(plan_faults))
        .route("/_sim/seed", put(seed))
        .route("/_sim/clock", put(advance))
        .route("/_sim/{*unknown}", any(StatusCode::NOT_FOUND))
        .fallback(app)
        .with_state(control)
}

async fn app(State(control): Controlled, request: Request) -> Response {
    match Call::read(request).await {
        Some(call) => control.receive(call).await,
        None => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

async fn calls(State(control): Controlled) -> Response {
    json_answer(StatusCode::OK, &serde_json::to_value(control.calls()).unwrap_or_default())
}

async fn clear_calls(State(control): Controlled) -> StatusCode {
    control.clear_calls();
    StatusCode::NO_CONTENT
}

async fn state(State(control): Controlled) -> Response {
    json_answer(StatusCode::OK, &control.state())
}

async fn reset(State(control): Controlled) -> StatusCode {
    control.reset();
    StatusCode::NO_CONTENT
}

async fn switches(State(control): Controlled) -> Response {
    json_answer(StatusCode::OK, &control.switches())
}

async fn switch(State(control): Controlled, body: Bytes) -> Response {
    let outcome = parsed::<Value>(&body).and_then(|changes| control.switch(&changes));
    outcome.map_or_else(RequestError::into_response, |()| json_answer(StatusCode::OK, &control.switches()))
}

async fn faults(State(control): Controlled) -> Response {
    json_answer(StatusCode::OK, &control.planned_faults())
}

async fn plan_faults(State(control): Controlled, body: Bytes) -> Response {
    let outcome = parsed::<Value>(&body).and_then(|faults| control.plan_faults(faults));
    outcome.map_or_else(RequestError::into_response, |()| json_answer(StatusCode::OK, &control.planned_faults()))
}

async fn seed(State(control): Controlled, body: Bytes) -> Response {
    parsed(&body).map_or_else(RequestError::into_response, |Seed { users }| {
        control.seed(users);
        StatusCode::NO_CONTENT.into_response()
    })
}

async fn advance(State(control): Controlled, body: Bytes) -> Response {
    parsed(&body).map_or_else(RequestError::into_response, |Advance { advance_seconds }| {
        control.clock().advance(Duration::from_secs(advance_seconds));
        json_answer(StatusCode::OK, &json!({ "now": control.clock().now().to_string() }))
    })
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, RequestError> {
    serde_json::from_slice(body).map_err(|cause| RequestError::Body(cause.to_string()))
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        json_answer(StatusCode::BAD_REQUEST, &json!({ "error": self.to_string() }))
    }
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
