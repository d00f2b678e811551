//! What the operator's own routes share with operations: a correlation id on every answer, and a line in the log.
//!
//! They take no place among the operations and are not counted with them: a gateway that is busy, or waits for its apps, can be reloaded.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::correlation::CorrelationId;
use super::detach::ended;
use crate::observe::Recording;

/// Writes the line, with what was wrong with a token.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let correlation = request.extensions().get::<CorrelationId>().map(CorrelationId::to_string).unwrap_or_default();
    let recording = Recording::begin(correlation, request.method().as_str(), request.uri().path(), Instant::now());
    let response = next.run(request).await;
    ended(&recording, &response).emit();
    response
}
