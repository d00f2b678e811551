//! The open connector as the mapping's source of transforms.

use crate::connectors::{Call, CallError};
use crate::mapping::{TransformFault, Transforms};
use serde_json::Value;

/// Calls the connector's own transforms in the operation's instance.
pub(super) struct Connected<'a>(pub(super) &'a mut Call);

impl Transforms for Connected<'_> {
    async fn to_app(&mut self, name: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        self.0.transform_to_app(name, value).await.map_err(|error| fault(name, &error))
    }

    async fn to_scim(&mut self, name: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        self.0.transform_to_scim(name, value).await.map_err(|error| fault(name, &error))
    }

    async fn pause(&mut self) {
        tokio::task::yield_now().await;
    }
}

/// The client's text; the operator's goes into the log where it is more.
fn fault(name: &str, error: &CallError) -> TransformFault {
    if !matches!(error, CallError::Fault(_)) {
        tracing::error!(transform = name, class = error.class(), cause = %error, "a transform failed");
    }
    let exhausted = error.is_exhausted();
    let class = if exhausted { error.class() } else { "transform" };
    let fault = error.for_client();
    TransformFault {
        status: fault.status,
        scim_type: fault.scim_type,
        detail: fault.detail,
        retry_after_seconds: fault.retry_after_seconds,
        class,
        exhausted,
    }
}
