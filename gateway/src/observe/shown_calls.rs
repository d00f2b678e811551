//! An operation's calls to the app, as its log line and its row of the provisioning log show them.
//!
//! Threat: a connector makes hundreds of calls and chooses their methods and paths, and a bulk request multiplies them. So only the first
//! calls are listed, each without ids and cut to a stated size, and the others are a number.

use crate::egress::{AppCall, PathTemplate, SendErrorCode};
use scim_protocol::Excerpt;
use std::time::Duration;

/// The most calls that are listed.
const MOST: usize = 50;
/// Bytes of a method; the longest that may be sent is `DELETE`.
const METHOD: usize = 16;
/// Bytes of a path.
const PATH: usize = 200;

/// The calls of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCalls {
    /// The first ones, in order.
    pub listed: Vec<ShownCall>,
    /// How many more there were.
    pub unlisted: usize,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCall {
    /// The HTTP method.
    pub method: String,
    /// The endpoint: a path without ids and query.
    pub path: String,
    /// The app's HTTP status, or why there is none.
    pub outcome: Result<u16, SendErrorCode>,
    /// From sending to the end of the answer.
    pub duration: Duration,
}

impl ShownCalls {
    /// What is shown of these calls.
    pub fn of(calls: &[AppCall]) -> Self {
        let listed: Vec<ShownCall> = calls.iter().take(MOST).map(ShownCall::of).collect();
        Self { unlisted: calls.len() - listed.len(), listed }
    }
}

impl ShownCall {
    fn of(call: &AppCall) -> Self {
        Self {
            method: Excerpt::within(METHOD, &call.method).into_string(),
            path: Excerpt::within(PATH, PathTemplate::of(&call.path)).into_string(),
            outcome: call.outcome,
            duration: call.duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_no_ids_and_no_query() {
        let path = "/users/4711.json?email=ada@example.com".to_owned();
        let call = AppCall { method: "GET".to_owned(), path, outcome: Ok(200), duration: Duration::from_millis(3) };
        let ShownCalls { listed, unlisted } = ShownCalls::of(&[call]);
        assert_eq!(listed.iter().map(|call| call.path.as_str()).collect::<Vec<_>>(), ["/users/{id}.json"]);
        assert_eq!(unlisted, 0);
    }

    #[test]
    fn many_calls_with_long_names_stay_short() {
        let (method, path) = ("M".repeat(1000), "/x".repeat(1000));
        let call = AppCall { method, path, outcome: Err(SendErrorCode::Refused), duration: Duration::ZERO };
        let ShownCalls { listed, unlisted } = ShownCalls::of(&vec![call; 10_000]);
        assert_eq!((listed.len(), unlisted), (MOST, 9950));
        assert!(listed.iter().all(|call| call.method.len() < 20 && call.path.len() < 204));
    }
}
