//! One request of an instance without HTTP and without a token: for the operator's own `explain` and `dev`.

use http::Method;
use scim_protocol::{Conditions, Error};
use serde_json::Value;
use super::route::Route;
use crate::clients::Hints;
use crate::connectors::Trace;
use crate::egress::Purpose;
use crate::instances::Hosted;
use crate::provisioning::{self, Caller, Request, RequestLimits};

/// A request as it is written into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played<'a> {
    /// The method.
    pub method: &'a Method,
    /// Below `/scim/v2`, with the query.
    pub path: &'a str,
    /// The body, where the method has one.
    pub body: Option<&'a Value>,
    /// The client's `User-Agent`, by which its dialect is recognised.
    pub user_agent: Option<&'a str>,
}

/// Plays a request for a purpose, and records its steps in `trace`. Returns status and body of the answer.
pub async fn play(hosted: &Hosted, played: &Played<'_>, purpose: Purpose, trace: Trace) -> (u16, Value) {
    let (path, query) = played.path.split_once('?').unwrap_or((played.path, ""));
    let route = match Route::find(played.method, path) {
        Ok(route) => route,
        Err(failure) => return refusal(failure.error()),
    };
    match route.asked(query, played.body.cloned()) {
        Ok(asked) => {
            let client = hosted.client(Hints { user_agent: played.user_agent, query });
            let caller = Caller {
                profile: client.profile(),
                projection: asked.projection,
                conditions: Conditions::default(),
                limits: RequestLimits::default(),
                base: format!("http://localhost/{}/scim/v2", hosted.instance.name),
                correlation_id: "played".into(),
                purpose,
                trace: Some(trace),
            };
            carry_out(hosted, Request { operation: asked.operation, caller }).await
        }
        Err(error) => refusal(&error),
    }
}

async fn carry_out(hosted: &Hosted, request: Request) -> (u16, Value) {
    match provisioning::handle(&hosted.instance, request).await.result {
        Ok(answer) => (answer.status, answer.body.unwrap_or_default()),
        Err(failure) => refusal(&failure.error),
    }
}

fn refusal(error: &Error) -> (u16, Value) {
    (error.status, error.to_json())
}
