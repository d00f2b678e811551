//! What the app was asked, in order, without secrets.

use super::call::{Call, body_value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Headers that carry a credential in one of the apps or on the way to it.
const CREDENTIALS: [&str; 5] =
    ["authorization", "x-samanage-authorization", "api-key", "proxy-authorization", "cookie"];

/// What stands in the record for a credential.
const REDACTED: &str = "<redacted>";

/// One recorded call; keys are kebab-case in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RecordedCall {
    /// Upper-case.
    pub method: String,
    /// As received, without the query.
    pub path: String,
    /// Decoded name and value pairs in the order of the wire; `+` is a space.
    pub query: Vec<(String, String)>,
    /// The query as received, without the question mark.
    pub raw_query: String,
    /// Lower-case names; a credential's value is `<redacted>`.
    pub headers: Map<String, Value>,
    /// JSON when it is JSON, else a string, null when there is no body.
    pub body: Value,
    /// What was answered; null while nothing is, and when the answer was lost.
    pub status: Option<u16>,
    /// Whether a planned fault took part in it.
    pub faulted: bool,
}

/// The calls since the last clearing.
#[derive(Debug, Default)]
pub(super) struct Record {
    calls: Vec<(u64, RecordedCall)>,
    next: u64,
}

impl Record {
    pub(super) fn calls(&self) -> Vec<RecordedCall> {
        self.calls.iter().map(|(_, call)| call.clone()).collect()
    }

    pub(super) fn clear(&mut self) {
        self.calls.clear();
    }

    /// Notes the call's arrival and answers its number.
    pub(super) fn begin(&mut self, call: &Call, faulted: bool) -> u64 {
        let number = self.next;
        self.next += 1;
        let recorded = RecordedCall {
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.clone(),
            raw_query: call.raw_query.clone(),
            headers: headers(call),
            body: body_value(&call.body),
            status: None,
            faulted,
        };
        self.calls.push((number, recorded));
        number
    }

    /// Notes the answer, unless the record was cleared meanwhile.
    pub(super) fn end(&mut self, number: u64, status: Option<u16>) {
        if let Some((_, call)) = self.calls.iter_mut().rev().find(|(each, _)| *each == number) {
            call.status = status;
        }
    }
}

fn headers(call: &Call) -> Map<String, Value> {
    let mut headers = Map::new();
    for (name, value) in &call.headers {
        let value = if CREDENTIALS.contains(&name.as_str()) { REDACTED } else { value };
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value.to_owned(),
        };
        headers.insert(name.clone(), Value::String(joined));
    }
    headers
}
