//! Running an operation apart from its client's socket.
//!
//! A sequence of app calls that stops half-way because a client hung up leaves an app half changed. So an operation runs in a task
//! of its own: a client that leaves, or that waited too long and was answered 504, does not cut it off. The same task writes the
//! operation's log line, counts it, and turns a panic into a 500.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use scim_protocol::{Error, ErrorStatus};
use tracing::Instrument as _;

use super::correlation::CorrelationId;
use super::error::{Explanation, Failure};
use super::in_flight::InFlight;
use crate::observe::{Metrics, OperationRecord, Recording};

/// What every operation shares.
#[derive(Debug, Clone)]
pub(super) struct Operations {
    pub(super) in_flight: InFlight,
    pub(super) patience: Duration,
    pub(super) metrics: Arc<Metrics>,
}

/// Takes a place or answers 503, then runs the rest apart from the socket; the request carries its [`Recording`].
pub(super) async fn detach(State(operations): State<Operations>, mut request: Request, next: Next) -> Response {
    let correlation = request.extensions().get::<CorrelationId>().map(CorrelationId::to_string).unwrap_or_default();
    let recording = Recording::begin(&correlation, request.method().as_str(), request.uri().path(), Instant::now());
    request.extensions_mut().insert(recording.clone());
    let place = match operations.in_flight.enter("max-in-flight") {
        Ok(place) => place,
        Err(busy) => {
            let response = busy.into_response();
            finish(&recording, &response, &operations.metrics);
            return response;
        }
    };
    let span = tracing::info_span!(target: "scim_gateway::operation", "operation", %correlation);
    let _hearing = Hearing(recording.clone());
    let metrics = Arc::clone(&operations.metrics);
    let task = tokio::spawn(async move {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span);
        let response = answer.await.unwrap_or_else(|panic| broken(&*panic).into_response());
        finish(&recording, &response, &metrics);
        drop(place);
        response
    });
    match tokio::time::timeout(operations.patience, task).await {
        Ok(answer) => {
            answer.unwrap_or_else(|error| Failure::from(internal()).because(error.to_string()).into_response())
        }
        Err(_) => too_late().into_response(),
    }
}

/// The client's wait: when it is over, nobody hears an answer that comes later. After the operation's end the note is read by no one.
struct Hearing(Recording);

impl Drop for Hearing {
    fn drop(&mut self) {
        self.0.note(|record| record.unheard = true);
    }
}

fn finish(recording: &Recording, response: &Response, metrics: &Metrics) {
    let record = ended(recording, response);
    record.emit();
    metrics.count(&record);
}

/// The record of what was answered so.
pub(super) fn ended(recording: &Recording, response: &Response) -> OperationRecord {
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

fn too_late() -> Failure {
    let detail = "the app takes too long; the operation goes on, and the same request sent again is safe";
    Failure::from(Error::new(ErrorStatus::GATEWAY_TIMEOUT, detail)).retry_after(Duration::from_secs(30))
}

fn internal() -> Error {
    Error::internal("the gateway failed; give the x-correlation-id of this answer to its operator")
}

fn broken(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Failure::from(internal()).because(format!("panic: {}", text.unwrap_or("of an unknown kind")))
}
