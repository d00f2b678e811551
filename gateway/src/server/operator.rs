//! What the operator's routes share with operations: a correlation id on every response, and a log line.
//!
//! They need no permit and are not counted as operations: a gateway that is busy, or waits for its apps, can still be reloaded.

use super::detach::{complete_record, emit};
use crate::observe::{CorrelationId, Recording};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// Writes the log line, with the cause when a token was refused.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let correlation = request.extensions().get::<CorrelationId>().map(CorrelationId::to_string).unwrap_or_default();
    let recording = Recording::begin(correlation, request.method().as_str(), request.uri().path(), Instant::now());
    let response = next.run(request).await;
    emit(&complete_record(&recording, &response), &response);
    response
}
