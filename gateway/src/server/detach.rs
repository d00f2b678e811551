//! Runs each operation independently of its client's connection.
//!
//! A sequence of app calls that stops half-way because a client hung up leaves an app half changed. So each operation runs in its
//! own task: it goes on when the client disconnects or has received 504 after waiting too long. The same task writes the
//! operation's log line, counts it, and turns a panic into a 500.

use super::error_response::{ErrorResponse, Explanation};
use crate::admission::{InFlight, Lanes};
use crate::observe::{CorrelationId, Metrics, OperationRecord, Recording, Stalls, Unlogged};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use scim_protocol::{Error, ErrorStatus};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument as _;

/// What all operations share.
#[derive(Debug, Clone)]
pub(super) struct Operations {
    /// The permits, of which each operation takes one; `None` for routes that limit themselves.
    pub(super) in_flight: Option<InFlight>,
    pub(super) request_timeout: Duration,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stalls: Stalls,
    pub(super) lanes: Lanes,
}

/// Takes a permit, if one is needed, or answers 503. Then it runs the rest in its own task; the request carries its [`Recording`].
pub(super) async fn detach(State(operations): State<Operations>, mut request: Request, next: Next) -> Response {
    let correlation = request.extensions().get::<CorrelationId>().map(CorrelationId::to_string).unwrap_or_default();
    let recording = Recording::begin(&correlation, request.method().as_str(), request.uri().path(), Instant::now());
    request.extensions_mut().insert(recording.clone());
    let permit = match operations.in_flight.map(|in_flight| in_flight.try_enter("max-in-flight")).transpose() {
        Ok(permit) => permit,
        Err(busy) => {
            let response = ErrorResponse::from(busy).into_response();
            log_and_count(&recording, &response, &operations.metrics);
            return response;
        }
    };
    let span = tracing::info_span!(target: "scim_gateway::operation", "operation", %correlation);
    let _waiting = ClientWaiting(recording.clone());
    let (metrics, stalls, lanes) = (operations.metrics, operations.stalls, operations.lanes);
    let task = tokio::spawn(async move {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span);
        let answer = lanes.run(|| recording.note(|record| record.instance.clone()), answer);
        let answer = stalls.time(recording.clone(), answer).await;
        let response = answer.unwrap_or_else(|panic| panicked(&*panic).into_response());
        log_and_count(&recording, &response, &metrics);
        drop(permit);
        response
    });
    match tokio::time::timeout(operations.request_timeout, task).await {
        Ok(answer) => {
            answer.unwrap_or_else(|error| ErrorResponse::from(internal()).because(error.to_string()).into_response())
        }
        Err(_) => timed_out().into_response(),
    }
}

/// Notes, when dropped, that the client is gone or was answered 504. After the operation's end nobody reads the note.
struct ClientWaiting(Recording);

impl Drop for ClientWaiting {
    fn drop(&mut self) {
        self.0.note(|record| record.abandoned = true);
    }
}

fn log_and_count(recording: &Recording, response: &Response, metrics: &Metrics) {
    let record = complete_record(recording, response);
    emit(&record, response);
    metrics.count(&record);
}

/// Writes the log line, unless the response says that there were enough of its kind.
pub(super) fn emit(record: &OperationRecord, response: &Response) {
    if response.extensions().get::<Unlogged>().is_none() {
        record.emit();
    }
}

/// The record of an operation that was answered with this response.
pub(super) fn complete_record(recording: &Recording, response: &Response) -> OperationRecord {
    recording.note(|record| {
        record.status = response.status().as_u16();
        if let Some(explanation) = response.extensions().get::<Explanation>() {
            record.scim_type = explanation.scim_type;
            record.class = explanation.class;
            record.cause.clone_from(&explanation.cause);
        }
    });
    recording.finish(Instant::now())
}

fn timed_out() -> ErrorResponse {
    let detail = "the app is taking too long; the operation continues, and it is safe to send the same request again";
    ErrorResponse::from(Error::new(ErrorStatus::GATEWAY_TIMEOUT, detail)).retry_after(Duration::from_secs(30))
}

fn internal() -> Error {
    Error::internal("the gateway failed; give the x-correlation-id of this answer to its operator")
}

fn panicked(panic: &(dyn Any + Send)) -> ErrorResponse {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ErrorResponse::from(internal()).because(format!("panic: {}", text.unwrap_or("no message")))
}
