//! The same operation as text, as JSON and as metrics.

use super::*;
use crate::config::{Format, Level};
use crate::egress::{AppCall, SendErrorCode};
use crate::store::{DropReason, StoreCounts};
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A log that a test can read.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Captured {
    pub(crate) fn subscriber(&self, format: Format, level: Level) -> impl tracing::Subscriber + Send + Sync {
        let writer = self.clone();
        subscriber(format, level, false, move || writer.clone())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn captured(format: Format, level: Level, act: impl FnOnce()) -> String {
    let captured = Captured::default();
    tracing::subscriber::with_default(captured.subscriber(format, level), act);
    captured.text()
}

fn record() -> OperationRecord {
    let started = Instant::now();
    let recording = Recording::begin("c-1", "POST", "/acme/scim/v2/Users?x=ada@example.com", started);
    recording.note(|record| {
        record.instance = "acme".parse().ok();
        record.client = Some("entra");
        record.operation = Some("create");
        record.resource_type = Some("User".into());
        record.id = Some("4711".into());
        record.status = 201;
        record.app_calls = vec![
            AppCall {
                method: "POST".into(),
                path: "/users.json".into(),
                outcome: Ok(201),
                duration: Duration::from_millis(30),
            },
            AppCall {
                method: "GET".into(),
                path: "/users/4711.json".into(),
                outcome: Err(SendErrorCode::Timeout),
                duration: Duration::from_micros(1500),
            },
        ];
    });
    recording.finish(started + Duration::from_millis(34))
}

#[test]
fn an_operation_is_one_json_line_with_its_app_calls_as_a_list() {
    let text = captured(Format::Json, Level::Info, || record().emit());
    let mut line: Value = serde_json::from_str(&text).expect("one line of JSON");
    let time = line.as_object_mut().and_then(|line| line.remove("time")).expect("a time");
    assert!(time.as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()), "{time}");
    let expected = json!({
        "level": "info", "target": "scim_gateway::operation", "message": "POST /acme/scim/v2/Users",
        "correlation": "c-1", "instance": "acme", "client": "entra", "operation": "create", "resource_type": "User",
        "id": "4711", "status": 201, "duration_ms": 34.0,
        "app_calls": [
            {"method": "POST", "path": "/users.json", "status": 201, "duration_ms": 30.0},
            {"method": "GET", "path": "/users/{id}.json", "status": null, "error": "timeout", "duration_ms": 1.5},
        ],
    });
    assert_eq!(line, expected);
}

#[test]
fn an_operation_is_one_readable_text_line() {
    let text = captured(Format::Text, Level::Info, || record().emit());
    assert_eq!(text.lines().count(), 1, "{text}");
    for part in [
        "INFO POST /acme/scim/v2/Users correlation=\"c-1\" instance=\"acme\" client=\"entra\" operation=\"create\"",
        "status=201 duration_ms=34.0",
        "app_calls=\"POST /users.json 201 30.0ms, GET /users/{id}.json timeout 1.5ms\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("_json"), "{text}");
}

#[test]
fn a_fault_of_the_gateway_is_an_error_and_one_of_the_app_a_warning() {
    for (status, level) in [(200, "info"), (404, "info"), (500, "error"), (502, "warn"), (503, "warn")] {
        let text = captured(Format::Json, Level::Info, || OperationRecord { status, ..record() }.emit());
        assert!(text.contains(&format!("\"level\":\"{level}\"")), "{status}: {text}");
    }
    let quiet = captured(Format::Json, Level::Warn, || record().emit());
    assert_eq!(quiet, "");
}

#[test]
fn a_client_cannot_fill_the_log_with_names_of_attributes() {
    let ignored = (0..1000).map(|n| format!("{n}{}", "x".repeat(1000))).collect();
    let text = captured(Format::Json, Level::Info, || OperationRecord { ignored, ..record() }.emit());
    assert!(text.len() < 4000 && text.contains("and 980 more"), "{text}");
}

#[test]
fn no_value_makes_a_line_long_whoever_logs_it() {
    let long = "\u{1}é".repeat(1 << 20);
    for format in [Format::Text, Format::Json] {
        let text = captured(format, Level::Info, || {
            let span = tracing::info_span!(target: "scim_gateway::operation", "operation", correlation = %long);
            span.in_scope(|| tracing::warn!(target: "scim_gateway::connector", cause = long, list_json = long, error = %long, "{long}"));
            OperationRecord { cause: Some(long.clone()), id: Some(long.clone()), ..record() }.emit();
        });
        assert_eq!((text.lines().count(), text.len() < 100_000), (2, true), "{} bytes", text.len());
    }
}

#[test]
fn a_connector_cannot_fill_the_log_with_calls() {
    let (method, path) = ("M".repeat(1000), "/x".repeat(1000));
    let call = AppCall { method, path, outcome: Err(SendErrorCode::Refused), duration: Duration::ZERO };
    for format in [Format::Text, Format::Json] {
        let record = || OperationRecord { app_calls: vec![call.clone(); 10_000], ..record() };
        let text = captured(format, Level::Info, || record().emit());
        assert!(text.len() < 20_000 && text.contains("9950"), "{} bytes", text.len());
    }
}

#[test]
fn a_value_cannot_forge_a_line() {
    let forged = "panicked at x:1:\n2026-01-01 INFO forged \u{1b}[2Jline";
    for format in [Format::Text, Format::Json] {
        let text = captured(format, Level::Info, || {
            tracing::warn!(target: "scim_gateway::connector", error = %forged, "stopped: {forged}");
        });
        assert_eq!((text.lines().count(), text.contains('\u{1b}')), (1, false), "{text}");
    }
}

#[test]
fn a_line_inside_an_operation_carries_its_correlation_id() {
    for (format, expected) in [(Format::Json, "\"correlation\":\"c-9\""), (Format::Text, "correlation=c-9")] {
        let text = captured(format, Level::Info, || {
            let span = tracing::info_span!(target: "scim_gateway::operation", "operation", correlation = %"c-9");
            span.in_scope(|| tracing::info!(target: "scim_gateway::connector", size = 3, "said"));
        });
        assert!(text.contains(expected) && text.contains("said"), "{text}");
    }
}

#[test]
fn operations_and_app_calls_are_counted_by_instance() {
    let metrics = Metrics::new();
    metrics.count(&record());
    metrics.count(&OperationRecord { instance: None, operation: None, status: 401, app_calls: Vec::new(), ..record() });
    metrics.count(&OperationRecord {
        status: 403,
        operation: Some("patch"),
        leniencies: vec!["bare-values"],
        guard_rails: vec!["max-deactivations"; 2],
        app_calls: Vec::new(),
        ..record()
    });
    metrics.set_in_flight(3);
    metrics.watch_store(|| StoreCounts {
        transactions: 2,
        commits: 40,
        dropped_log_rows: [(("acme".to_owned(), DropReason::Rate), 1)].into(),
        refused_state: [("acme".to_owned(), 3)].into(),
    });
    let text = metrics.render();
    for line in [
        "scim_operations_total{instance=\"acme\",operation=\"create\",status=\"201\"} 1",
        "scim_operations_total{instance=\"\",operation=\"\",status=\"401\"} 1",
        "scim_app_calls_total{instance=\"acme\",status=\"201\"} 1",
        "scim_app_calls_total{instance=\"acme\",status=\"timeout\"} 1",
        "scim_operation_duration_seconds_bucket{instance=\"acme\",operation=\"create\",le=\"0.05\"} 1",
        "scim_app_call_duration_seconds_count{instance=\"acme\"} 2",
        "scim_operations_in_flight 3",
        "scim_leniencies_total{instance=\"acme\",client=\"entra\",leniency=\"bare-values\"} 1",
        "scim_guard_rail_refusals_total{instance=\"acme\",rail=\"max-deactivations\"} 2",
        "# TYPE scim_operations_total counter",
        "scim_store_transactions_total 2",
        "scim_store_commits_total 40",
        "scim_provisioning_log_dropped_rows_total{instance=\"acme\",reason=\"rate\"} 1",
        "scim_connector_state_refusals_total{instance=\"acme\"} 3",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
