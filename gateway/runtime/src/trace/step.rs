//! What can happen within one operation.

use super::super::values::{AppChange, Document, Query, Stored};
use super::secret::without_secrets;
use scim_egress::{AppRequest, AppResponse, SendError, SendErrorCode};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// One step; its JSON form names the kind in `step`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Step {
    /// The connector is given what the mapping made of the client's request.
    ToConnector {
        /// `create`, `read`, `update`, `delete` or `search`.
        operation: &'static str,
        /// Such as `User`.
        resource_type: String,
        /// The app's id of the resource.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// The app document, the change or the comparisons.
        #[serde(skip_serializing_if = "Value::is_null")]
        document: Value,
    },
    /// The connector calls the app.
    AppCall {
        /// The method.
        method: String,
        /// Below the base URL.
        path: String,
        /// Names and values.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        query: Vec<(String, String)>,
        /// The body, as JSON where it is.
        #[serde(skip_serializing_if = "Value::is_null")]
        body: Value,
        /// Whether it was sent; a rehearsal holds writes back.
        sent: bool,
        /// The app's status.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Why there is no status.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The body of the app's answer.
        #[serde(skip_serializing_if = "Value::is_null")]
        answer: Value,
        /// How long it took.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_ms: Option<f64>,
    },
    /// The connector's answer.
    FromConnector {
        /// The app's ids and documents.
        resources: Vec<Value>,
    },
}

impl Step {
    /// The connector is to create a resource.
    #[must_use]
    pub fn create(resource_type: &str, document: &Document) -> Self {
        Self::to_connector("create", resource_type, None, Value::Object(document.clone()))
    }

    /// The connector is to read a resource.
    #[must_use]
    pub fn read(resource_type: &str, id: &str) -> Self {
        Self::to_connector("read", resource_type, Some(id), Value::Null)
    }

    /// The connector is to change a resource.
    #[must_use]
    pub fn update(resource_type: &str, id: &str, change: &AppChange) -> Self {
        let fields = change.fields.iter().map(|(path, value)| (path.clone(), value.clone().unwrap_or_default()));
        let items = change.items.iter().map(|items| {
            (items.path.clone(), json!({ "added": items.added.clone(), "removed": items.removed.clone() }))
        });
        Self::to_connector("update", resource_type, Some(id), Value::Object(fields.chain(items).collect()))
    }

    /// The connector is to delete a resource.
    #[must_use]
    pub fn delete(resource_type: &str, id: &str) -> Self {
        Self::to_connector("delete", resource_type, Some(id), Value::Null)
    }

    /// The connector is to find resources.
    #[must_use]
    pub fn search(resource_type: &str, query: &Query) -> Self {
        let comparisons: Vec<Value> = query
            .comparisons
            .iter()
            .map(|comparison| Value::from(format!("{} {} {}", comparison.field, comparison.operator, comparison.value)))
            .collect();
        Self::to_connector("search", resource_type, None, Value::Array(comparisons))
    }

    /// The connector returned resources.
    #[must_use]
    pub fn from_connector(stored: &[Stored]) -> Self {
        let shown = |stored: &Stored| {
            let document = stored.document.clone().map_or(Value::Null, Value::Object);
            without_secrets(json!({ "id": stored.id, "document": document }))
        };
        Self::FromConnector { resources: stored.iter().map(shown).collect() }
    }

    fn to_connector(operation: &'static str, resource_type: &str, id: Option<&str>, document: Value) -> Self {
        let (resource_type, id) = (resource_type.to_owned(), id.map(str::to_owned));
        Self::ToConnector { operation, resource_type, id, document: without_secrets(document) }
    }

    /// The connector calls the app; [`Step::answered`] completes it.
    #[must_use]
    pub fn call(request: &AppRequest) -> Self {
        Self::AppCall {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            body: request.body.as_deref().map_or(Value::Null, body),
            sent: true,
            status: None,
            error: None,
            answer: Value::Null,
            duration_ms: None,
        }
    }

    /// Adds the outcome of a call and how long it took; a call that a rehearsal held back has neither.
    #[must_use]
    pub fn answered(mut self, outcome: &Result<AppResponse, SendError>, took: Duration) -> Self {
        if let Self::AppCall { sent, status, error, answer, duration_ms, .. } = &mut self {
            match outcome {
                Err(held_back) if held_back.code == SendErrorCode::Rehearsal => {
                    *sent = false;
                    return self;
                }
                Ok(response) => (*status, *answer) = (Some(response.status), body(&response.body)),
                Err(failure) => *error = Some(failure.to_string()),
            }
            *duration_ms = Some((took.as_secs_f64() * 10_000.0).round() / 10.0);
        }
        self
    }

    pub(super) fn was_held_back(&self) -> bool {
        matches!(self, Self::AppCall { sent: false, .. })
    }
}

/// A body as it is shown: JSON without its secrets.
fn body(bytes: &[u8]) -> Value {
    match serde_json::from_slice(bytes) {
        Ok(document) => without_secrets(document),
        Err(_) if bytes.is_empty() => Value::Null,
        // A form may contain a password, and no rule finds it in every text.
        Err(_) => format!("({} bytes that are not JSON)", bytes.len()).into(),
    }
}
