//! One log line per operation: who requested what, which calls the app received, and the result.
//!
//! A line contains identifiers and never values: no bodies, no queries, no tokens, no names of people.

use super::shown_calls::{ShownCall, ShownCalls};
use super::shown_names::shown_names;
use crate::config::InstanceName;
use crate::egress::{AppCall, PathTemplate, SendErrorCode};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Characters of an attribute's name in a line.
const LONGEST_NAME: usize = 100;

/// Everything that is logged and measured about one operation.
#[derive(Debug, Clone)]
pub struct OperationRecord {
    /// Links this line to the client's response and to the connector's log lines.
    pub correlation: String,
    /// The request's method.
    pub method: String,
    /// The request's path.
    pub path: PathTemplate,
    /// The instance, once its token was accepted: outsiders cannot fill metrics with names.
    pub instance: Option<InstanceName>,
    /// The client's profile, e.g. `entra`.
    pub client: Option<&'static str>,
    /// The operation: `create`, `search`, …
    pub operation: Option<&'static str>,
    /// e.g. `User`.
    pub resource_type: Option<String>,
    /// The resource's SCIM id.
    pub id: Option<String>,
    /// The status of the response.
    pub status: u16,
    /// The error's `scimType`.
    pub scim_type: Option<&'static str>,
    /// The kind of failure, e.g. `timeout`, `memory`, `circuit-open`; `fault` is the connector's own, `request` the client's.
    pub class: Option<&'static str>,
    /// The operator's text of the error, which the client does not get.
    pub cause: Option<String>,
    /// Whether the client had disconnected, or had been answered 504, before the operation ended.
    pub abandoned: bool,
    /// From the request's head to the response.
    pub duration: Duration,
    /// The requests to the app, in order.
    pub app_calls: Vec<AppCall>,
    /// Attributes that the client sent and that the instance does not support.
    pub ignored: Vec<String>,
    /// The guard rail that refused it; for a bulk request, that of each refused operation.
    pub guard_rails: Vec<&'static str>,
    /// The names of the leniencies that the request needed.
    pub leniencies: Vec<&'static str>,
}

impl OperationRecord {
    /// Writes the line: at `error` for the gateway's own faults (500), at `warn` for other 5xx, at `info` for the rest.
    pub fn emit(&self) {
        let calls = ShownCalls::of(&self.app_calls);
        // The values of the fields are computed only if the level is enabled.
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: "scim_gateway::operation",
                    $level,
                    correlation = self.correlation,
                    instance = self.instance.as_ref().map(InstanceName::as_str),
                    client = self.client,
                    operation = self.operation,
                    resource_type = self.resource_type,
                    id = self.id,
                    status = self.status,
                    scim_type = self.scim_type,
                    class = self.class,
                    cause = self.cause,
                    abandoned = self.abandoned.then_some(true),
                    duration_ms = milliseconds(self.duration),
                    ignored = joined(&self.ignored),
                    leniencies = (!self.leniencies.is_empty()).then(|| self.leniencies.join(", ")),
                    guard_rail = distinct(&self.guard_rails),
                    app_calls = calls_text(&calls),
                    app_calls_json = calls_json(&calls),
                    unlisted_app_calls = (calls.unlisted > 0).then_some(calls.unlisted),
                    "{} {}",
                    self.method,
                    self.path,
                )
            };
        }
        match self.status {
            500 => line!(tracing::Level::ERROR),
            501.. => line!(tracing::Level::WARN),
            _ => line!(tracing::Level::INFO),
        }
    }
}

/// Marks a response that gets no line of its own, because others like it were logged a moment ago: nobody can fill the log with
/// refused attempts. It is counted. A response extension.
#[derive(Debug, Clone, Copy)]
pub struct Unlogged;

/// The record of a running operation, shared by everything that contributes to it; a request extension.
#[derive(Debug, Clone)]
pub struct Recording {
    record: Arc<Mutex<OperationRecord>>,
    started: Instant,
}

impl Recording {
    /// Starts the record of a request.
    pub fn begin(correlation: impl Into<String>, method: impl Into<String>, path: &str, started: Instant) -> Self {
        let record = OperationRecord {
            correlation: correlation.into(),
            method: method.into(),
            path: PathTemplate::of(path),
            instance: None,
            client: None,
            operation: None,
            resource_type: None,
            id: None,
            status: 0,
            scim_type: None,
            class: None,
            cause: None,
            abandoned: false,
            duration: Duration::ZERO,
            app_calls: Vec::new(),
            ignored: Vec::new(),
            guard_rails: Vec::new(),
            leniencies: Vec::new(),
        };
        Self { record: Arc::new(Mutex::new(record)), started }
    }

    /// Changes the record.
    pub fn note<T>(&self, change: impl FnOnce(&mut OperationRecord) -> T) -> T {
        change(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The record at `now`, with the duration until then.
    pub fn finish(&self, now: Instant) -> OperationRecord {
        self.note(|record| {
            record.duration = now.saturating_duration_since(self.started);
            record.clone()
        })
    }
}

/// The names that a client sent, in one text.
fn joined(sent: &[String]) -> Option<String> {
    (!sent.is_empty()).then(|| shown_names(sent, LONGEST_NAME).join(", "))
}

/// A duration in milliseconds, rounded to a tenth of a microsecond.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000_000.0).round() / 10_000.0
}

/// Each name once, in alphabetical order.
fn distinct(names: &[&'static str]) -> Option<String> {
    let distinct: Vec<&str> = BTreeSet::from_iter(names.iter().copied()).into_iter().collect();
    (!distinct.is_empty()).then(|| distinct.join(", "))
}

fn calls_text(ShownCalls { listed, unlisted }: &ShownCalls) -> Option<String> {
    let more = (*unlisted > 0).then(|| format!("and {unlisted} more"));
    let lines: Vec<String> = listed.iter().map(line_of).chain(more).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// `POST /users.json 201 30.0ms`.
fn line_of(call: &ShownCall) -> String {
    let outcome = match call.outcome {
        Ok(status) => status.to_string(),
        Err(code) => code.as_str().to_owned(),
    };
    format!("{} {} {outcome} {:.1}ms", call.method, call.path, milliseconds(call.duration))
}

fn calls_json(ShownCalls { listed, .. }: &ShownCalls) -> Option<String> {
    #[derive(Serialize)]
    struct Line<'a> {
        method: &'a str,
        path: &'a str,
        status: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'static str>,
        duration_ms: f64,
    }
    let lines: Vec<Line<'_>> = listed
        .iter()
        .map(|call| Line {
            method: &call.method,
            path: &call.path,
            status: call.outcome.ok(),
            error: call.outcome.err().map(SendErrorCode::as_str),
            duration_ms: milliseconds(call.duration),
        })
        .collect();
    (!lines.is_empty()).then(|| serde_json::to_string(&lines).unwrap_or_default())
}
