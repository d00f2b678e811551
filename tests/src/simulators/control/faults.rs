//! Planned faults, which the next matching calls get instead of, or after, the app's own answer.
//!
//! `status`, `body` and `drop` replace the app's answer: the app does not act, unless `after` says that it acts and only its answer
//! is lost. `delay-ms` and `broken-body` keep the app's answer, but delay or truncate it; `lie` changes what it says.

use super::{
    call::{Answer, Call},
    lies::Lie,
    pattern::matches,
};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_LENGTH},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{io, time::Duration};

/// The remaining faults; the first one that matches a call is played.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Faults {
    faults: Vec<Fault>,
}

/// One planned fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// A prefix of the path, or a pattern of the whole path when it has a `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default = "once")]
    times: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    /// A string is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    broken_body: bool,
    #[serde(default)]
    drop: bool,
    #[serde(default)]
    after: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    lie: Option<Lie>,
}

/// How an answer is delivered.
#[derive(Debug)]
pub(super) enum Delivery {
    /// Complete.
    Whole(Answer),
    /// Truncated: the head announces the whole body, but the connection ends after half of it.
    BreaksOff(Answer),
    /// Not at all: the connection ends before its first byte.
    Lost,
}

impl Faults {
    /// Takes the fault that this call meets and counts it as used once.
    pub(super) fn take(&mut self, call: &Call) -> Option<Fault> {
        let place = self.faults.iter().position(|fault| fault.applies_to(call))?;
        let fault = self.faults.get_mut(place)?;
        fault.times -= 1;
        let taken = fault.clone();
        self.faults.retain(|fault| fault.times > 0);
        Some(taken)
    }
}

impl Fault {
    fn applies_to(&self, call: &Call) -> bool {
        let path = self.path.as_ref().is_none_or(|path| {
            if path.contains('*') { matches(path, &call.path) } else { call.path.starts_with(path.as_str()) }
        });
        let method = self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&call.method));
        self.times > 0 && method && path
    }

    /// What is not true about the answer.
    pub(super) const fn lie(&self) -> Option<Lie> {
        self.lie
    }

    /// Waits, lets the app act or not, and decides how its answer is delivered.
    pub(super) async fn play(self, act: impl FnOnce() -> Answer) -> Delivery {
        let replaced = self.drop || self.status.is_some() || self.body.is_some();
        let delay = Duration::from_millis(self.delay_ms);
        if !self.after {
            tokio::time::sleep(delay).await;
        }
        let acted = (self.after || !replaced).then(act);
        if self.after {
            tokio::time::sleep(delay).await;
        }
        if self.drop {
            return Delivery::Lost;
        }
        let mut answer = acted.filter(|_| !replaced).unwrap_or_else(|| self.replacement());
        for (name, value) in &self.headers {
            answer.headers.retain(|(each, _)| !each.eq_ignore_ascii_case(name));
            answer = answer.with(name, value.as_str());
        }
        if self.broken_body { Delivery::BreaksOff(answer) } else { Delivery::Whole(answer) }
    }

    fn replacement(&self) -> Answer {
        let status = self.status.unwrap_or(200);
        match &self.body {
            None => Answer::empty(status),
            Some(Value::String(text)) => Answer::text(status, "text/html", text.clone()),
            Some(body) => Answer::json(status, "application/json", body),
        }
    }
}

impl Delivery {
    /// The status that the caller sees, if it sees any.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Whole(answer) | Self::BreaksOff(answer) => Some(answer.status),
            Self::Lost => None,
        }
    }
}

impl IntoResponse for Delivery {
    fn into_response(self) -> Response {
        match self {
            Self::Whole(mut answer) => {
                let body = std::mem::take(&mut answer.body);
                response(&answer, Body::from(body))
            }
            Self::BreaksOff(mut answer) => {
                let mut body = std::mem::take(&mut answer.body);
                let whole = body.len().max(2);
                let half = body.split_to(body.len() / 2);
                let mut response = response(&answer, Body::from_stream(stream::iter([Ok(half)]).chain(cut())));
                response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(whole));
                response
            }
            // A body that fails before its first byte ends the connection before the head is flushed.
            Self::Lost => Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(cut_off())]))),
        }
    }
}

/// Lets the server flush what it has, then ends the connection.
fn cut() -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::once(async {
        tokio::task::yield_now().await;
        Err(cut_off())
    })
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "planned fault")
}

fn response(answer: &Answer, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn once() -> u32 {
    1
}
