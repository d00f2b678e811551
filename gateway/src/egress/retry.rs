//! When a request is sent again, and when not.
//!
//! A request may be repeated if the app has not acted on it (429, no connection) or if acting twice is the same as
//! acting once (RFC 9110 §9.2.2) and nothing told what became of it (a broken connection; 502, 503 or 504 of the app or of what stands
//! before it). A POST or a PATCH that may have been read is never repeated: only the connector knows how to find out what became
//! of it. Every repetition is a call of the operation's budget and ends before its deadline.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, header::RETRY_AFTER};

use super::message::SendErrorCode;
use super::transport::{Failure, Incoming};

/// How often one request waits for an app that asks it to.
const MOST_WAITS: u32 = 5;
/// How often one request is sent again after a failure.
const MOST_RETRIES: u32 = 2;
/// Before a request is sent again after its first failure; doubled for the next.
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
        let asked = outcome.as_ref().ok().and_then(|answer| asked_to_wait(method, answer));
        if let Some(wait) = asked {
            self.waits += 1;
            // Many operations wait for the same app: they do not come back all at once.
            return (self.waits <= MOST_WAITS).then(|| wait.saturating_add(PAUSE.mul_f64(jitter)));
        }
        let repeatable = match outcome {
            Ok(answer) => method.is_idempotent() && is_away(answer.status),
            Err(failure) => may_repeat(method, failure),
        };
        if !repeatable || self.retries >= MOST_RETRIES {
            return None;
        }
        let pause = PAUSE * 2_u32.saturating_pow(self.retries);
        self.retries += 1;
        // Half of it is certain, so that a retry is never at once, and half is chance.
        Some(pause.mul_f64(0.5 + jitter / 2.0))
    }
}

/// Whether a status says that the app cannot be asked, rather than what it thinks of the request.
pub(super) fn is_away(status: u16) -> bool {
    matches!(status, 502..=504)
}

/// 429 was not acted on, whatever the method; 503 with Retry-After is repeated where repeating is harmless.
fn asked_to_wait(method: &Method, answer: &Incoming) -> Option<Duration> {
    match answer.status {
        429 => answer.retry_after,
        503 if method.is_idempotent() => answer.retry_after,
        _ => None,
    }
}

/// RFC 9110 §10.2.3: seconds, or a date, which is over at once if it has passed.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()))
}

fn may_repeat(method: &Method, failure: &Failure) -> bool {
    let broken = matches!(failure.code, SendErrorCode::Unreachable | SendErrorCode::Interrupted);
    broken && (!failure.sent || method.is_idempotent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, seconds) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn the_pauses_double_and_chance_moves_them() {
        let broken = || Err(Failure::new(SendErrorCode::Unreachable, "", false));
        for (jitter, expected) in [(0.0, [50, 100]), (0.5, [75, 150]), (1.0, [100, 200])] {
            let mut attempts = Attempts::default();
            for millis in expected {
                assert_eq!(attempts.again(&Method::POST, &broken(), jitter), Some(Duration::from_millis(millis)));
            }
            assert_eq!(attempts.again(&Method::POST, &broken(), jitter), None);
        }
    }
}
