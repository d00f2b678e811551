//! What can happen within one request.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::secret::without_secrets;
use crate::connectors::{AppChange, Query, Stored};
use crate::egress::{AppRequest, AppResponse, SendError};

/// One step; as JSON it says which by `step`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Step {
    /// What the mapping made of the client's words is put to the connector.
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
        /// Whether it left; a rehearsal holds writes back.
        sent: bool,
        /// The app's status.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Why there is none.
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
    pub(crate) fn create(resource_type: &str, document: &Map<String, Value>) -> Self {
        Self::put("create", resource_type, None, Value::Object(document.clone()))
    }

    pub(crate) fn read(resource_type: &str, id: &str) -> Self {
        Self::put("read", resource_type, Some(id), Value::Null)
    }

    pub(crate) fn update(resource_type: &str, id: &str, change: &AppChange) -> Self {
        let fields = change.fields.iter().map(|field| (field.path.clone(), field.value.clone().unwrap_or_default()));
        let items = change.items.iter().map(|items| {
            (items.path.clone(), json!({ "added": items.added.clone(), "removed": items.removed.clone() }))
        });
        Self::put("update", resource_type, Some(id), Value::Object(fields.chain(items).collect()))
    }

    pub(crate) fn delete(resource_type: &str, id: &str) -> Self {
        Self::put("delete", resource_type, Some(id), Value::Null)
    }

    pub(crate) fn search(resource_type: &str, query: &Query) -> Self {
        let comparisons: Vec<Value> = query
            .comparisons
            .iter()
            .map(|comparison| Value::from(format!("{} {} {}", comparison.field, comparison.operator, comparison.value)))
            .collect();
        Self::put("search", resource_type, None, Value::Array(comparisons))
    }

    pub(crate) fn answered_by_connector(stored: &[Stored]) -> Self {
        let shown = |stored: &Stored| {
            let document = stored.document.clone().map_or(Value::Null, Value::Object);
            without_secrets(json!({ "id": stored.id, "document": document }))
        };
        Self::FromConnector { resources: stored.iter().map(shown).collect() }
    }

    fn put(operation: &'static str, resource_type: &str, id: Option<&str>, document: Value) -> Self {
        let (resource_type, id) = (resource_type.to_owned(), id.map(str::to_owned));
        Self::ToConnector { operation, resource_type, id, document: without_secrets(document) }
    }

    pub(super) fn call(request: &AppRequest) -> Self {
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

    pub(super) fn held_back(mut self) -> Self {
        if let Self::AppCall { sent, .. } = &mut self {
            *sent = false;
        }
        self
    }

    pub(super) fn answered(mut self, outcome: &Result<AppResponse, SendError>, took: Duration) -> Self {
        if let Self::AppCall { status, error, answer, duration_ms, .. } = &mut self {
            match outcome {
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

/// A body for people: JSON without its secrets.
fn body(bytes: &[u8]) -> Value {
    match serde_json::from_slice(bytes) {
        Ok(document) => without_secrets(document),
        Err(_) if bytes.is_empty() => Value::Null,
        // A form may hold a password, and no rule finds it in every text.
        Err(_) => format!("({} bytes that are not JSON)", bytes.len()).into(),
    }
}
