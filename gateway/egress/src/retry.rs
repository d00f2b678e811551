//! When a request is sent again, and when not.
//!
//! A request may be repeated if the app did not act on it (429, no connection), or if it is idempotent (RFC 9110 §9.2.2) and
//! its outcome is unknown (a broken connection; 502, 503 or 504 from the app or a proxy in front of it). A POST or a PATCH that
//! the app may have read is never repeated: only the connector can find out whether it took effect. Every repetition counts
//! against the operation's budget and ends before its deadline.

use super::attempt_error::AttemptError;
use super::message::SendErrorCode;
use super::transport::Incoming;
use http::Method;
use std::time::Duration;

/// How often one request waits because the app asks for it.
const MAX_WAITS: u32 = 5;
/// How often one request is sent again after a failure.
const MAX_RETRIES: u32 = 2;
/// The delay after the first failure; doubled for the next.
const PAUSE: Duration = Duration::from_millis(100);

/// The waits and retries of one request so far.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    waits: u32,
    retries: u32,
}

impl Retries {
    /// How long to wait before sending again; `None` if the outcome is final. `jitter` is in 0..1.
    pub(crate) fn delay(
        &mut self,
        method: &Method,
        outcome: &Result<Incoming, AttemptError>,
        jitter: f64,
    ) -> Option<Duration> {
        let asked = outcome.as_ref().ok().and_then(|answer| asked_to_wait(method, answer));
        if let Some(wait) = asked {
            self.waits += 1;
            // Many operations wait for the same app: they must not all return at once.
            return (self.waits <= MAX_WAITS).then(|| wait.saturating_add(PAUSE.mul_f64(jitter)));
        }
        let is_repeatable = match outcome {
            Ok(answer) => method.is_idempotent() && is_unavailable(answer.status),
            Err(error) => may_repeat(method, error),
        };
        if !is_repeatable || self.retries >= MAX_RETRIES {
            return None;
        }
        let pause = PAUSE * 2_u32.saturating_pow(self.retries);
        self.retries += 1;
        // Half of the delay is fixed, so that a retry is never immediate, and half is random.
        Some(pause.mul_f64(0.5 + jitter / 2.0))
    }
}

/// Whether a status says that the app is down, rather than something about the request.
pub(crate) fn is_unavailable(status: u16) -> bool {
    matches!(status, 502..=504)
}

/// The app did not act on a request that it answered with 429, whatever the method; after 503 with Retry-After, only idempotent
/// requests are repeated.
fn asked_to_wait(method: &Method, answer: &Incoming) -> Option<Duration> {
    match answer.status {
        429 => answer.retry_after,
        503 if method.is_idempotent() => answer.retry_after,
        _ => None,
    }
}

fn may_repeat(method: &Method, error: &AttemptError) -> bool {
    let is_broken = matches!(error.code, SendErrorCode::Unreachable | SendErrorCode::Interrupted);
    is_broken && (!error.sent || method.is_idempotent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delays_double_and_are_partly_random() {
        let broken = || Err(AttemptError::new(SendErrorCode::Unreachable, "", false));
        for (jitter, expected) in [(0.0, [50, 100]), (0.5, [75, 150]), (1.0, [100, 200])] {
            let mut retries = Retries::default();
            for millis in expected {
                assert_eq!(retries.delay(&Method::POST, &broken(), jitter), Some(Duration::from_millis(millis)));
            }
            assert_eq!(retries.delay(&Method::POST, &broken(), jitter), None);
        }
    }
}
