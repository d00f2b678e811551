//! `dev`: serves, reloads at every save, and shows each request from inside: the SCIM that it carried, what the mapping made of it, the
//! app's calls, and the way back. What is different from the same request before the last reload is marked.
//!
//! Bodies are shown, so this is for a developer's terminal and no production.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::StatusCode;
use scim_gateway::config::InstanceName;
use scim_gateway::egress::Purpose;
use scim_gateway::instances::{Hosted, Instances, Live};
use scim_gateway::server::{Played, play};
use scim_gateway::trace::{Trace, json_lines, step_lines, without_secrets};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::recorded::{Names, RecordedRequest};
use super::terminal::Terminal;

/// Larger bodies than the gateway takes are not shown either.
const LARGEST_BODY: usize = 16 << 20;
/// Requests that are remembered for comparison.
const REMEMBERED: usize = 500;

/// What is shown, and what was. A cheap handle.
#[derive(Clone)]
pub(super) struct Dev(Arc<Inner>);

struct Inner {
    seen: Mutex<Seen>,
    replay: Vec<RecordedRequest>,
    names: Names,
    /// Which instance is replayed to.
    instance: Option<String>,
}

#[derive(Default)]
struct Seen {
    reloads: usize,
    requests: BTreeMap<String, Shown>,
    order: VecDeque<String>,
}

/// How a request looked, after how many reloads.
struct Shown {
    reloads: usize,
    text: String,
}

impl Dev {
    pub(super) fn new(replay: Option<(Vec<RecordedRequest>, Names)>, instance: Option<String>) -> Self {
        let (replay, names) = replay.unwrap_or_default();
        Self(Arc::new(Inner { seen: Mutex::default(), replay, names, instance }))
    }

    /// The routes, every request of which is shown.
    pub(super) fn around(&self, routes: axum::Router) -> axum::Router {
        routes.layer(from_fn_with_state(self.clone(), observe))
    }

    /// Something else serves: from here on differences are marked.
    pub(super) fn reloaded(&self) {
        self.seen().reloads += 1;
    }

    /// Makes the recorded requests, one after the other.
    pub(super) async fn replay(&self, live: &Live) {
        let mut names = self.0.names.clone();
        for request in &self.0.replay {
            let name = request.instance.as_deref().or(self.0.instance.as_deref());
            let Some((name, hosted)) = find(&live.now(), name) else {
                say(|terminal| terminal.line("replay: there is no such instance"));
                return;
            };
            let filled = names.fill(request);
            let (method, path, user_agent) = (&filled.method, filled.path.as_str(), filled.user_agent.as_deref());
            let trace = Trace::default();
            let played = Played { method, path, body: filled.body.as_ref(), user_agent };
            let (status, answer) = play(&hosted, &played, Purpose::Live, trace.clone()).await;
            names.capture(request, &answer);
            // The recorded request and not the filled one: ids differ from run to run.
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
        say(|terminal| {
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
    /// How the request looked before the last reload, if it was made then.
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

/// The instance of that name, or the first.
fn find(instances: &Instances, name: Option<&str>) -> Option<(InstanceName, Arc<Hosted>)> {
    let mut all = instances.iter();
    let found = match name {
        Some(name) => all.find(|(known, _)| known.as_str() == name),
        None => all.next(),
    };
    found.map(|(name, hosted)| (name.clone(), Arc::clone(hosted)))
}

/// Shows one request of a client.
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

/// A terminal that has gone is no reason to stop.
fn say(what: impl FnOnce(&mut Terminal<'_>) -> std::io::Result<()>) {
    let _ = what(&mut Terminal::stdout());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_that_was_made_before_a_reload_is_compared() {
        let mut seen = Seen::default();
        assert_eq!(seen.remember("GET /a", "one"), None);
        assert_eq!(seen.remember("GET /a", "one"), None);
        seen.reloads += 1;
        assert_eq!(seen.remember("GET /b", "other"), None);
        assert_eq!(seen.remember("GET /a", "two"), Some("one".to_owned()));
        assert_eq!(seen.remember("GET /a", "two"), None);
    }

    #[test]
    fn not_more_requests_are_remembered_than_are_of_use() {
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
