//! A record of what happens within one operation: what the connector is given, which calls to the app follow, and what the
//! connector returns.
//!
//! A trace exists only for operations that someone follows (`scim-gateway dev`, `explain` and `check --connect`). It contains
//! bodies, so it is for the developer's terminal and never for the log. Credentials are not in it, because egress adds them
//! later; the values of members whose names suggest a secret are left out.

use super::step::Step;
use std::sync::{Arc, Mutex, PoisonError};

/// The steps of one operation. Cheap to clone; the clones are one trace.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<Vec<Step>>>);

impl Trace {
    /// Adds a step.
    pub fn record(&self, step: Step) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    /// The steps so far, up to and including the first write that a rehearsal held back: without its answer, later steps mean
    /// nothing.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = steps.iter().position(Step::was_held_back).map_or(steps.len(), |at| at + 1);
        steps.iter().take(end).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_egress::{AppRequest, AppResponse, SendError, SendErrorCode};
    use serde_json::json;
    use std::time::Duration;

    fn request(method: &str) -> AppRequest {
        let body = Some(br#"{"name":"Ada","password":"p"}"#.to_vec());
        AppRequest { method: method.into(), path: "/users.json".into(), body, ..AppRequest::default() }
    }

    #[test]
    fn a_trace_ends_with_the_first_write_that_was_held_back() {
        let trace = Trace::default();
        let (shared, took) = (trace.clone(), Duration::from_millis(2));
        let answer = Ok(AppResponse { status: 200, headers: Vec::new(), body: b"[]".to_vec() });
        shared.record(Step::call(&request("GET")).answered(&answer, took));
        for method in ["POST", "DELETE"] {
            let held_back = Err(SendError::unsent(SendErrorCode::Rehearsal, "this is a rehearsal"));
            shared.record(Step::call(&request(method)).answered(&held_back, took));
        }
        let steps = serde_json::to_value(trace.steps()).expect("JSON");
        let sent: Vec<_> =
            steps.as_array().expect("steps").iter().map(|step| (&step["method"], &step["sent"])).collect();
        assert_eq!(sent, [(&json!("GET"), &json!(true)), (&json!("POST"), &json!(false))]);
        assert_eq!(steps[1]["body"], json!({ "name": "Ada", "password": "(left out)" }));
        assert!(steps[1].get("error").is_none() && steps[1].get("duration-ms").is_none(), "it was not sent");
    }
}
