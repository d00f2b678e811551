//! Where mapping and connector meet: the open connector as the mapping's source of transforms, and the mapping's changes
//! and comparisons as the contract's.

use crate::connectors::{self, Call, CallError, FieldChange, FieldComparison, ItemChange};
use crate::mapping::{AppChange, AppComparison, TransformFault, Transforms};
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

/// A change as the contract has it.
pub(super) fn app_change(change: &AppChange) -> connectors::AppChange {
    let fields = change.fields.iter().map(|(path, value)| FieldChange { path: path.clone(), value: value.clone() });
    let items = change.items.iter().map(|item| ItemChange {
        path: item.path.clone(),
        added: item.added.clone(),
        removed: item.removed.clone(),
    });
    connectors::AppChange { fields: fields.collect(), items: items.collect() }
}

/// A comparison as the contract has it.
pub(super) fn comparison(comparison: AppComparison) -> FieldComparison {
    let AppComparison { field, operator, value } = comparison;
    FieldComparison { field, operator, value }
}
