//! When a request is sent again, and when not.
//!
//! A request may be repeated if the app has not acted on it (429, no connection) or if acting twice is the same as
//! acting once (RFC 9110 §9.2.2) and no answer told the connector otherwise. A POST or a PATCH that may have been read
//! is never repeated: only the connector knows how to find out what became of it.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, header::RETRY_AFTER};

use super::message::SendErrorCode;
use super::transport::{Failure, Incoming};

/// How often one request waits for an app that asks it to.
const MOST_WAITS: u32 = 5;
/// How often one request is sent again after a broken connection.
const MOST_RETRIES: u32 = 1;
/// Before a request is sent again after a broken connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What has been tried for one request.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    waits: u32,
    retries: u32,
}

impl Attempts {
    /// How long to wait before sending again; `None` gives the outcome to the connector. `jitter` is in 0..1.
    pub(super) fn again(
        &mut self,
        method: &Method,
        outcome: &Result<Incoming, Failure>,
        jitter: f64,
    ) -> Option<Duration> {
        match outcome {
            Ok(answer) if self.waits < MOST_WAITS => {
                let wait = asked_to_wait(method, answer)?;
                self.waits += 1;
                // Many operations wait for the same app: they do not come back all at once.
                Some(wait.saturating_add(PAUSE.mul_f64(jitter)))
            }
            Err(failure) if self.retries < MOST_RETRIES && may_repeat(method, failure) => {
                self.retries += 1;
                Some(PAUSE + PAUSE.mul_f64(jitter))
            }
            _ => None,
        }
    }
}

/// 429 was not acted on, whatever the method; 503 with Retry-After is repeated where repeating is harmless.
fn asked_to_wait(method: &Method, answer: &Incoming) -> Option<Duration> {
    match StatusCode::from_u16(answer.status) {
        Ok(StatusCode::TOO_MANY_REQUESTS) => retry_after(&answer.headers),
        Ok(StatusCode::SERVICE_UNAVAILABLE) if method.is_idempotent() => retry_after(&answer.headers),
        _ => None,
    }
}

/// RFC 9110 §10.2.3, in seconds. A date, which no known app of this kind sends, is left to the connector.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn may_repeat(method: &Method, failure: &Failure) -> bool {
    let broken = matches!(failure.code, SendErrorCode::Unreachable | SendErrorCode::Interrupted);
    broken && (!failure.sent || method.is_idempotent())
}
