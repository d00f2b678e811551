//! One request seen from inside, for whoever develops a mapping or a connector: what was put to the connector, which calls of
//! the app came of it, and what came back.
//!
//! A trace is there only for requests that run inside [`Trace::around`] (`scim-gateway dev` and `explain`); to others it costs a look at
//! a thread-local. In a *rehearsal* nothing that could change the app leaves: reads go through, the first write is noted and
//! refused. Bodies are shown, so traces are for the developer's terminal and never for the log; credentials are put in later, by
//! egress, and values of members that are named like a secret are left out.

mod secret;
mod step;
mod text;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::egress::{AppRequest, AppResponse, SendError, SendErrorCode};

pub use secret::without_secrets;
pub use step::Step;
pub use text::{json_lines, step_lines};

tokio::task_local! {
    static CURRENT: Arc<Trace>;
}

/// What happens within one request.
#[derive(Debug, Default)]
pub struct Trace {
    steps: Mutex<Vec<Step>>,
    rehearsal: bool,
}

impl Trace {
    /// A trace in which no write leaves.
    #[must_use]
    pub fn rehearsal() -> Self {
        Self { rehearsal: true, ..Self::default() }
    }

    /// Does `work` and notes what happens in it.
    pub async fn around<T>(self: &Arc<Self>, work: impl Future<Output = T>) -> T {
        CURRENT.scope(Arc::clone(self), work).await
    }

    /// What happened so far; what comes after a write that was not sent is left out, because without its answer it means nothing.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let end = steps.iter().position(Step::was_held_back).map_or(steps.len(), |at| at + 1);
        steps.iter().take(end).cloned().collect()
    }

    fn note(&self, step: Step) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }
}

/// Notes a step, where somebody looks.
pub(crate) fn tell(step: impl FnOnce() -> Step) {
    // An error says that nobody looks.
    let _ = CURRENT.try_with(|trace| trace.note(step()));
}

/// What must be known of a call of the app to tell of it when it is over; `None` where nobody looks.
pub(crate) fn begin_call(request: &AppRequest) -> Option<Step> {
    CURRENT.try_with(|_| Step::call(request)).ok()
}

/// Refuses a write in a rehearsal.
pub(crate) fn hold_back(request: &AppRequest) -> Option<SendError> {
    let rehearsal = CURRENT.try_with(|trace| trace.rehearsal).unwrap_or(false);
    if !rehearsal || request.method == "GET" {
        return None;
    }
    tell(|| Step::call(request).held_back());
    let detail = "this is a rehearsal: nothing that could change the app is sent".to_owned();
    Some(SendError { code: SendErrorCode::Refused, detail, sent: false, retry_after: None })
}

/// Notes what became of a call.
pub(crate) fn end_call(call: Option<Step>, outcome: &Result<AppResponse, SendError>, took: Duration) {
    if let Some(call) = call {
        tell(|| call.answered(outcome, took));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(method: &str) -> AppRequest {
        let body = Some(br#"{"name":"Ada","password":"p"}"#.to_vec());
        AppRequest { method: method.into(), path: "/users.json".into(), body, ..AppRequest::default() }
    }

    #[tokio::test]
    async fn nobody_looks_unless_asked_to() {
        tell(|| panic!("nobody looks"));
        assert!(begin_call(&request("POST")).is_none() && hold_back(&request("POST")).is_none());
    }

    #[tokio::test]
    async fn a_rehearsal_holds_back_what_could_change_the_app_and_tells_nothing_of_what_follows() {
        let trace = Arc::new(Trace::rehearsal());
        trace
            .around(async {
                assert!(hold_back(&request("GET")).is_none());
                let answer = Ok(AppResponse { status: 200, headers: Vec::new(), body: b"[]".to_vec() });
                end_call(begin_call(&request("GET")), &answer, Duration::from_millis(2));
                assert_eq!(hold_back(&request("POST")).map(|error| error.sent), Some(false));
                assert!(hold_back(&request("DELETE")).is_some());
            })
            .await;
        let steps = serde_json::to_value(trace.steps()).expect("JSON");
        let sent: Vec<_> =
            steps.as_array().expect("steps").iter().map(|step| (&step["method"], &step["sent"])).collect();
        assert_eq!(sent, [(&json!("GET"), &json!(true)), (&json!("POST"), &json!(false))]);
        assert_eq!(steps[1]["body"], json!({ "name": "Ada", "password": "(left out)" }));
    }
}
