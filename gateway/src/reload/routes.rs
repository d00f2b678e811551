//! The operator's routes: `GET /-/reloads` and `POST /-/reload`.
//!
//! Threat: they reveal parts of the configuration and cause work. So both require one of the `admin-tokens` of `[server]`,
//! wherever the gateway listens, and do not exist if none is configured. No instance can be named `-`.

use super::reloader::Reloader;
use super::report::{ReloadOutcome, Trigger};
use crate::server::ErrorResponse;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

/// `GET /-/reloads` lists the last reloads, the latest first; `POST /-/reload` reloads and returns the result: 200, or 422 if there
/// are mistakes.
pub fn routes(reloader: Reloader) -> Router {
    Router::new().route("/-/reloads", get(reloads)).route("/-/reload", post(reload)).with_state(reloader)
}

async fn reloads(State(reloader): State<Reloader>, headers: HeaderMap) -> Response {
    if let Err(error) = reloader.live().now().access.admit_operator(&headers) {
        return ErrorResponse::from(error).into_response();
    }
    let mut reloads = reloader.history();
    reloads.reverse();
    let reloads: Vec<_> = reloads.iter().map(|reload| json!(**reload)).collect();
    answer(StatusCode::OK, &json!({ "reloads": reloads }))
}

async fn reload(State(reloader): State<Reloader>, headers: HeaderMap) -> Response {
    if let Err(error) = reloader.live().now().access.admit_operator(&headers) {
        return ErrorResponse::from(error).into_response();
    }
    match reloader.reload(Trigger::Request).await {
        Some(reload) => {
            let valid = matches!(reload.outcome, ReloadOutcome::Applied | ReloadOutcome::Unchanged);
            answer(if valid { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &json!(*reload))
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body.to_string()).into_response()
}
