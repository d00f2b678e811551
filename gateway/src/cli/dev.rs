//! `dev`: serves, reloads on every save, and shows how each request is processed: its SCIM body, the result of the mapping, the
//! calls to the app, and the response. Differences from the same request before the last reload are marked.
//!
//! Bodies are shown, so this is for a developer's terminal, not for production.

use super::recorded::{Names, RecordedRequest};
use super::terminal::Terminal;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::StatusCode;
use scim_gateway::config::InstanceName;
use scim_gateway::egress::Purpose;
use scim_gateway::instances::{Hosted, InstanceSet, Live};
use scim_gateway::server::{LocalRequest, handle_locally};
use scim_gateway::trace::{Trace, json_lines, step_lines, without_secrets};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Larger than any body that the gateway accepts by default.
const LARGEST_BODY: usize = 16 << 20;
/// How many requests are remembered for comparison.
const REMEMBERED: usize = 500;

/// Shows requests, and remembers what it has shown. A cheap handle.
#[derive(Clone)]
pub(super) struct Dev(Arc<Inner>);

struct Inner {
    seen: Mutex<Seen>,
    replay: Vec<RecordedRequest>,
    names: Names,
    /// The instance that receives the replayed requests.
    instance: Option<String>,
}

#[derive(Default)]
struct Seen {
    reloads: usize,
    requests: BTreeMap<String, Shown>,
    order: VecDeque<String>,
}

/// What was shown for a request, and how many reloads there had been.
struct Shown {
    reloads: usize,
    text: String,
}

impl Dev {
    pub(super) fn new(replay: Option<(Vec<RecordedRequest>, Names)>, instance: Option<String>) -> Self {
        let (replay, names) = replay.unwrap_or_default();
        Self(Arc::new(Inner { seen: Mutex::default(), replay, names, instance }))
    }

    /// Adds showing every request to the routes.
    pub(super) fn wrap(&self, routes: axum::Router) -> axum::Router {
        routes.layer(from_fn_with_state(self.clone(), observe))
    }

    /// Notes a reload with changes: from now on, differences are marked.
    pub(super) fn reloaded(&self) {
        self.seen().reloads += 1;
    }

    /// Sends the recorded requests, one after another.
    pub(super) async fn replay(&self, live: &Live) {
        let mut names = self.0.names.clone();
        for request in &self.0.replay {
            let name = request.instance.as_deref().or(self.0.instance.as_deref());
            let Some((name, hosted)) = find(&live.now(), name) else {
                let known: Vec<String> = live.now().iter().map(|(name, _)| name.to_string()).collect();
                let wanted = name.unwrap_or_default();
                let known = known.join(", ");
                print(|terminal| {
                    terminal.line(format_args!("replay: there is no instance `{wanted}`; there are: {known}"))
                });
                return;
            };
            let filled = names.fill(request);
            let (method, path, user_agent) = (&filled.method, filled.path.as_str(), filled.user_agent.as_deref());
            let trace = Trace::default();
            let local = LocalRequest { method, path, body: filled.body.as_ref(), user_agent };
            let (status, answer) = handle_locally(&hosted, &local, Purpose::Live, trace.clone()).await;
            names.capture(request, &answer);
            // The key uses the recorded request, not the completed one: ids differ from run to run.
            let key = format!("replay {name} {} {}", request.method, request.path);
            let heading = format!("replay {} /{name}/scim/v2{path}", filled.method);
            self.show(&key, &heading, filled.body.unwrap_or_default(), &trace, status, answer);
        }
    }

    fn show(&self, key: &str, heading: &str, body: Value, trace: &Trace, status: u16, answer: Value) {
        let mut lines: Vec<(String, String)> = Vec::new();
        let plain = |line: String| (line, String::new());
        lines.extend(json_lines(&without_secrets(body), 4).into_iter().map(plain));
        lines.extend(trace.steps().iter().flat_map(step_lines));
        lines.push(plain(format!("  answer: {status}")));
        lines.extend(json_lines(&without_secrets(answer), 4).into_iter().map(plain));
        let text: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
        let before = self.seen().remember(key, &text);
        print(|terminal| {
            let title = terminal.bold(heading);
            terminal.line(title)?;
            match before {
                Some(before) => write_differences(&before, &text, terminal),
                None => lines.iter().try_for_each(|(line, varying)| terminal.line(format_args!("{line}{varying}"))),
            }
        });
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// What was shown for the same request before the last reload, if anything.
    fn remember(&mut self, key: &str, text: &str) -> Option<String> {
        let reloads = self.reloads;
        let now = Shown { reloads, text: text.to_owned() };
        let before = self.requests.insert(key.to_owned(), now);
        if before.is_none() {
            self.order.push_back(key.to_owned());
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.requests.remove(&oldest);
            }
        }
        before.filter(|before| before.reloads < reloads).map(|before| before.text)
    }
}

/// The instance with that name, or the first one.
fn find(instances: &InstanceSet, name: Option<&str>) -> Option<(InstanceName, Arc<Hosted>)> {
    let mut all = instances.iter();
    let found = match name {
        Some(name) => all.find(|(known, _)| known.as_str() == name),
        None => all.next(),
    };
    found.map(|(name, hosted)| (name.clone(), Arc::clone(hosted)))
}

/// Shows one request from a client.
async fn observe(State(dev): State<Dev>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let heading = format!("{} {}", parts.method, parts.uri);
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else { return status(StatusCode::PAYLOAD_TOO_LARGE) };
    let sent = serde_json::from_slice(&bytes).unwrap_or_default();
    let key = format!("{heading} {sent}");
    let trace = Trace::default();
    parts.extensions.insert(trace.clone());
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return status(StatusCode::INTERNAL_SERVER_ERROR) };
    let answer = serde_json::from_slice(&bytes).unwrap_or_default();
    dev.show(&key, &heading, sent, &trace, parts.status.as_u16(), answer);
    Response::from_parts(parts, Body::from(bytes))
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

fn write_differences(before: &str, now: &str, terminal: &mut Terminal<'_>) -> std::io::Result<()> {
    let differences = TextDiff::from_lines(before, now);
    for change in differences.iter_all_changes() {
        let line = change.value().trim_end_matches('\n');
        let line = match change.tag() {
            ChangeTag::Equal => format!("  {line}"),
            ChangeTag::Insert => terminal.green(&format!("+ {line}")),
            ChangeTag::Delete => terminal.red(&format!("- {line}")),
        };
        terminal.line(line)?;
    }
    Ok(())
}

/// Prints to standard output; errors are ignored, because a closed terminal is no reason to stop.
fn print(what: impl FnOnce(&mut Terminal<'_>) -> std::io::Result<()>) {
    let _ = what(&mut Terminal::stdout());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_from_before_a_reload_is_compared() {
        let mut seen = Seen::default();
        assert_eq!(seen.remember("GET /a", "one"), None);
        assert_eq!(seen.remember("GET /a", "one"), None);
        seen.reloads += 1;
        assert_eq!(seen.remember("GET /b", "other"), None);
        assert_eq!(seen.remember("GET /a", "two"), Some("one".to_owned()));
        assert_eq!(seen.remember("GET /a", "two"), None);
    }

    #[test]
    fn the_number_of_remembered_requests_is_limited() {
        let mut seen = Seen::default();
        for number in 0..REMEMBERED * 2 {
            seen.remember(&number.to_string(), "");
        }
        assert!(seen.requests.len() <= REMEMBERED && seen.order.len() == seen.requests.len());
    }

    #[test]
    fn differences_are_marked_line_by_line() {
        let mut output = Vec::new();
        write_differences("a\nb\n", "a\nc\n", &mut Terminal::plain(&mut output)).expect("written");
        assert_eq!(String::from_utf8(output).expect("UTF-8"), "  a\n- b\n+ c\n");
    }
}
