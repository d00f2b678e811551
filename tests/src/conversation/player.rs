//! Plays a conversation over sockets: sends what the provider sends, then looks at what it got and what the app got.
//!
//! A step that goes wrong does not end the conversation: the report names everything that is different in one run.

use super::document::{Call, Client, Conversation, RawBody, Request, Step};
use super::error::PlayError;
use super::expectation::{Mismatch, Strictness, compare};
use super::report::{AppCall, ConversationReport, Received, Sent, StepReport, Verdict};
use super::simulator::{SimulatorClient, plain};
use super::variables::{UnknownVariable, Variables};
use crate::http::{Http, HttpRequest};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A text longer than this is cut in a report, in characters.
const REPORTED_TEXT: usize = 400;

/// Left out of reports: it holds the token.
const AUTHORIZATION: &str = "authorization";

/// Where a conversation is played.
#[derive(Debug, Clone)]
pub struct Target {
    /// `http://127.0.0.1:8080`
    pub gateway: String,
    /// The instance's name, in the URL before `/scim/v2`.
    pub instance: String,
    /// The instance's inbound bearer token.
    pub token: String,
    /// The simulator behind the instance.
    pub app: String,
    /// Name and value of the header that opens the app.
    pub app_credential: (String, String),
}

impl Target {
    /// The instance's SCIM base URL, without a slash at the end.
    pub fn scim(&self) -> String {
        format!("{}{}", self.gateway.trim_end_matches('/'), scim_path(&self.instance))
    }
}

fn scim_path(instance: &str) -> String {
    format!("/{instance}/scim/v2")
}

#[derive(Debug)]
pub struct Player {
    target: Target,
    http: Http,
    app: SimulatorClient,
}

impl Player {
    pub fn new(target: Target) -> Self {
        let http = Http::default();
        let app = SimulatorClient::new(http.clone(), &target.app, target.app_credential.clone());
        Self { target, http, app }
    }

    /// Plays every step against an emptied app; `watch` sees each one as soon as it is done.
    pub async fn play(&self, conversation: &Conversation, mut watch: impl FnMut(&StepReport)) -> ConversationReport {
        let begun = Instant::now();
        let mut variables = Variables::new(&conversation.variables);
        variables.set("scim", self.target.scim());
        variables.set("instance", self.target.instance.clone());
        let mut steps = Vec::new();
        if let Err(error) = self.set_up(conversation, &mut variables).await {
            let report = unplayed("The app is made ready.", &error);
            watch(&report);
            steps.push(report);
        }
        for step in &conversation.steps {
            let report = match self.step(&conversation.client, step, &mut variables).await {
                Ok(report) => report,
                Err(error) => unplayed(&step.says, &error),
            };
            watch(&report);
            steps.push(report);
        }
        ConversationReport {
            name: conversation.name.clone(),
            title: conversation.title.clone(),
            about: conversation.about.clone(),
            client: conversation.client.name.clone(),
            connector: conversation.connector.clone(),
            scim: self.target.scim(),
            verdict: verdict(steps.iter().all(|step| step.verdict == Verdict::AsExpected)),
            elapsed_ms: milliseconds(begun.elapsed()),
            steps,
        }
    }

    async fn set_up(&self, conversation: &Conversation, variables: &mut Variables) -> Result<(), PlayError> {
        self.app.reset().await?;
        self.app.prepare(&conversation.before, variables).await
    }

    async fn step(&self, client: &Client, step: &Step, variables: &mut Variables) -> Result<StepReport, PlayError> {
        self.app.prepare(&step.given, variables).await?;
        let (request, sent) = self.request(client, &step.request, variables)?;
        let begun = Instant::now();
        let answer = self.answer(request).await;
        let elapsed = begun.elapsed();
        let app_calls = self.app.calls().await?;
        let mut report = StepReport {
            says: step.says.clone(),
            verdict: Verdict::Different,
            request: Some(sent),
            answer: None,
            app_calls,
            mismatches: Vec::new(),
            elapsed_ms: milliseconds(elapsed),
        };
        match answer {
            Ok(received) => {
                capture(step, &received, variables, &mut report.mismatches);
                check_answer(step, &received, variables, &mut report.mismatches)?;
                report.answer = Some(received);
            }
            Err(error) => report.mismatches.push(failure("/answer", &error)),
        }
        check_calls(&step.app, &report.app_calls, variables, &mut report.mismatches)?;
        report.verdict = verdict(report.mismatches.is_empty());
        Ok(report)
    }

    fn request(
        &self,
        client: &Client,
        step: &Request,
        variables: &Variables,
    ) -> Result<(HttpRequest, Sent), PlayError> {
        let gateway = self.target.gateway.trim_end_matches('/');
        let instance = step.instance.as_ref().unwrap_or(&self.target.instance);
        let path = format!("{}{}", scim_path(instance), variables.fill_url(&step.path)?);
        let path = with_query(&path, client.query.as_deref());
        let body = match (&step.body, &step.raw) {
            (Some(body), _) => Some(variables.fill_json(body)?.to_string()),
            (None, raw) => raw.as_ref().map(RawBody::text),
        };
        let mut headers: BTreeMap<String, String> = client.headers.clone();
        headers.insert(AUTHORIZATION.to_owned(), format!("Bearer {}", self.target.token));
        for (name, value) in &step.headers {
            match value {
                Some(value) => headers.insert(name.clone(), variables.fill(value)?),
                None => headers.remove(name),
            };
        }
        if body.is_none() {
            headers.remove("content-type");
        }
        let shown = headers.iter().filter(|(name, _)| *name != AUTHORIZATION);
        let sent = Sent {
            method: step.method.clone(),
            path: path.clone(),
            headers: shown.map(|(name, value)| (name.clone(), value.clone())).collect(),
            body: body.as_deref().map(reported),
        };
        Ok((HttpRequest { method: step.method.clone(), url: format!("{gateway}{path}"), headers, body }, sent))
    }

    async fn answer(&self, request: HttpRequest) -> Result<Received, PlayError> {
        let answer = self.http.send(request).await?;
        let body = (!answer.body.is_empty()).then(|| parsed(&answer.body));
        Ok(Received { status: answer.status, headers: answer.headers, body })
    }
}

fn capture(step: &Step, received: &Received, variables: &mut Variables, mismatches: &mut Vec<Mismatch>) {
    for (name, pointer) in &step.capture {
        match received.body.as_ref().and_then(|body| body.pointer(pointer)) {
            Some(value) => variables.set(name, plain(value)),
            None => mismatches.push(Mismatch::new(
                &format!("/answer/body{pointer}"),
                &Value::Null,
                None,
                format!("is missing, so there is no {{{name}}}"),
            )),
        }
    }
}

fn check_answer(
    step: &Step,
    received: &Received,
    variables: &Variables,
    mismatches: &mut Vec<Mismatch>,
) -> Result<(), UnknownVariable> {
    let expected = &step.answer;
    let status = Value::from(received.status);
    mismatches.extend(compare(&expected.status, Some(&status), "/answer/status", Strictness::Subset));
    for (name, value) in &expected.headers {
        let found = received.headers.get(&name.to_lowercase()).cloned().map(Value::String);
        let at = format!("/answer/headers/{name}");
        mismatches.extend(compare(&variables.fill_json(value)?, found.as_ref(), &at, Strictness::Subset));
    }
    if let Some(body) = &expected.body {
        let body = variables.fill_json(body)?;
        mismatches.extend(compare(&body, received.body.as_ref(), "/answer/body", Strictness::Subset));
    }
    Ok(())
}

fn check_calls(
    expected: &[Call],
    found: &[AppCall],
    variables: &Variables,
    mismatches: &mut Vec<Mismatch>,
) -> Result<(), UnknownVariable> {
    for (index, call) in expected.iter().enumerate() {
        let at = format!("/app-calls/{index}");
        let wanted = described(call, variables)?;
        let there = found.get(index).map(|call| {
            let mut there = Map::from_iter([
                ("method".to_owned(), Value::from(call.method.clone())),
                ("path".to_owned(), Value::from(call.path.clone())),
                ("query".to_owned(), Value::Object(call.query.clone())),
            ]);
            there.extend(call.body.clone().map(|body| ("body".to_owned(), body)));
            Value::Object(there)
        });
        match there {
            Some(there) => mismatches.extend(compare(&wanted, Some(&there), &at, Strictness::Exact)),
            None => mismatches.push(Mismatch::new(&at, &wanted, None, "the app did not receive this call")),
        }
    }
    for (index, call) in found.iter().enumerate().skip(expected.len()) {
        let call = serde_json::to_value(call).unwrap_or(Value::Null);
        let reason = "the app received a call too many";
        mismatches.push(Mismatch::new(&format!("/app-calls/{index}"), &Value::Null, Some(&call), reason));
    }
    Ok(())
}

fn described(call: &Call, variables: &Variables) -> Result<Value, UnknownVariable> {
    let mut wanted = Map::from_iter([
        ("method".to_owned(), Value::from(call.method.clone())),
        ("path".to_owned(), variables.fill_json(&call.path)?),
        ("query".to_owned(), variables.fill_json(&call.query)?),
    ]);
    if let Some(body) = &call.body {
        wanted.insert("body".to_owned(), variables.fill_json(body)?);
    }
    Ok(Value::Object(wanted))
}

/// The provider appends its own parameters to those of the tenant URL.
fn with_query(url: &str, tenant: Option<&str>) -> String {
    match (tenant, url.split_once('?')) {
        (None, _) => url.to_owned(),
        (Some(tenant), None) => format!("{url}?{tenant}"),
        (Some(tenant), Some((path, query))) => format!("{path}?{tenant}&{query}"),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

fn reported(body: &str) -> Value {
    match body.char_indices().nth(REPORTED_TEXT) {
        Some((end, _)) if serde_json::from_str::<Value>(body).is_err() => {
            let start = body.get(..end).unwrap_or_default();
            Value::from(format!("{start}… ({} bytes)", body.len()))
        }
        _ => parsed(body),
    }
}

fn unplayed(says: &str, error: &PlayError) -> StepReport {
    StepReport {
        says: says.to_owned(),
        verdict: Verdict::Different,
        request: None,
        answer: None,
        app_calls: Vec::new(),
        mismatches: vec![failure("", error)],
        elapsed_ms: 0,
    }
}

fn failure(at: &str, error: &PlayError) -> Mismatch {
    Mismatch::new(at, &Value::Null, None, error.to_string())
}

fn verdict(as_expected: bool) -> Verdict {
    if as_expected { Verdict::AsExpected } else { Verdict::Different }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_urls_own_query_comes_first() {
        for (url, tenant, expected) in [
            ("http://g/Users", None, "http://g/Users"),
            ("http://g/Users", Some("flag"), "http://g/Users?flag"),
            ("http://g/Users?filter=x", Some("flag"), "http://g/Users?flag&filter=x"),
        ] {
            assert_eq!(with_query(url, tenant), expected);
        }
    }

    #[test]
    fn only_a_long_text_that_is_not_json_is_cut() {
        assert_eq!(reported("{\"a\":1}"), serde_json::json!({"a": 1}));
        let cut = reported(&"é".repeat(1_000));
        assert!(cut.as_str().unwrap().ends_with("… (2000 bytes)"));
    }
}
