//! Sends a request to an instance without HTTP and without a token, for `explain` and `dev`.

use super::route::Route;
use crate::clients::Hints;
use crate::connectors::Trace;
use crate::egress::Purpose;
use crate::instances::Hosted;
use crate::provisioning::{self, Caller, Request, RequestLimits};
use http::Method;
use scim_protocol::{Conditions, Error};
use serde_json::Value;
use std::sync::Arc;

/// A request as written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path below `/scim/v2`, with the query.
    pub path: &'a str,
    /// The body, if there is one.
    pub body: Option<&'a Value>,
    /// The client's `User-Agent`, from which its profile is detected.
    pub user_agent: Option<&'a str>,
}

/// Handles a request for a purpose and records its steps in `trace`. Returns the status and body of the response.
pub async fn handle_locally(hosted: &Hosted, local: &LocalRequest<'_>, purpose: Purpose, trace: Trace) -> (u16, Value) {
    let (path, query) = local.path.split_once('?').unwrap_or((local.path, ""));
    let client = hosted.client(Hints { user_agent: local.user_agent, query });
    let path = match client.profile().path(path, hosted.instance.endpoints()) {
        Ok((path, _)) => path,
        Err(error) => return status_and_body(&error),
    };
    let route = match Route::find(local.method, &path) {
        Ok(route) => route,
        Err(error) => return status_and_body(error.scim_error()),
    };
    match route.asked(query, local.body.cloned()) {
        Ok(asked) => {
            let caller = Caller {
                profile: client.profile(),
                projection: asked.projection,
                conditions: Conditions::default(),
                limits: RequestLimits::default(),
                comparisons: Arc::default(),
                base: format!("http://localhost/{}/scim/v2", hosted.instance.name),
                correlation_id: "local".into(),
                purpose,
                trace: Some(trace),
            };
            carry_out(hosted, Request { operation: asked.operation, caller }).await
        }
        Err(error) => status_and_body(&error),
    }
}

async fn carry_out(hosted: &Hosted, request: Request) -> (u16, Value) {
    match provisioning::handle(&hosted.instance, request).await.result {
        Ok(answer) => (answer.status, answer.body.unwrap_or_default()),
        Err(refusal) => status_and_body(&refusal.error),
    }
}

fn status_and_body(error: &Error) -> (u16, Value) {
    (error.status.into(), error.to_json())
}
