//! What the client is told, and what the operator is told beside it.

use super::guard_rails::Rail;
use crate::connectors::CallError;
use crate::mapping::MapError;
use crate::store::StoreError;
use scim_protocol::{EntityTag, Error, ScimType};
use serde_json::Value;

/// A success.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// 200, 201, 204 or 304.
    pub status: u16,
    /// The body, unless the status is 204 or 304.
    pub body: Option<Value>,
    /// Where the resource is, for 201.
    pub location: Option<String>,
    /// The version of the resource, for `ETag`, where it is known.
    pub version: Option<EntityTag>,
}

/// A refusal in two texts (design law 10).
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// For the client.
    pub error: Error,
    /// For the client: when to ask again.
    pub retry_after_seconds: Option<u32>,
    /// For the log: a word for the kind of cause.
    pub class: &'static str,
    /// For the log: the cause, where it is more than the error's detail.
    pub cause: Option<String>,
    /// For the metrics: the guard rail that refused it.
    pub rail: Option<Rail>,
}

impl Answer {
    /// 200 with a body.
    #[must_use]
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body), location: None, version: None }
    }

    /// 204.
    #[must_use]
    pub const fn no_content() -> Self {
        Self { status: 204, body: None, location: None, version: None }
    }
}

/// Whether a failure's class says that the operation used up what one may use: in smaller parts, it could succeed.
pub(super) fn is_of_limits(class: &str) -> bool {
    ["sends", "cpu", "memory", "hostcall"].contains(&class)
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, retry_after_seconds: None, class: "request", cause: None, rail: None }
    }
}

impl From<CallError> for Failure {
    fn from(cause: CallError) -> Self {
        let fault = cause.for_client();
        // A connector may say anything; only an error status may be told to a client.
        let status = if (400..600).contains(&fault.status) { fault.status } else { 502 };
        let scim_type = fault.scim_type.as_deref().and_then(ScimType::parse);
        Self {
            error: Error { status, scim_type, detail: fault.detail },
            retry_after_seconds: fault.retry_after_seconds,
            class: cause.class(),
            cause: (!matches!(cause, CallError::Fault(_))).then(|| cause.to_string()),
            rail: None,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(cause: StoreError) -> Self {
        let detail = "The gateway could not remember what it must; the same request can be sent again.";
        Self {
            error: Error::unavailable(detail),
            retry_after_seconds: Some(5),
            class: "store",
            cause: Some(cause.to_string()),
            rail: None,
        }
    }
}

impl From<MapError> for Failure {
    fn from(error: MapError) -> Self {
        let cause = error.to_string();
        match error {
            MapError::Transform { fault, .. } => Self { class: fault.class, ..CallError::Fault(fault.into()).into() },
            MapError::AppValue { .. } => {
                let detail = format!("the application's answer makes no sense: {cause}");
                Self { class: "mapping", cause: Some(cause), ..Error::bad_gateway(detail).into() }
            }
            MapError::Value { .. } | MapError::Expression { .. } => {
                Self { class: "mapping", ..Error::invalid_value(cause).into() }
            }
        }
    }
}
