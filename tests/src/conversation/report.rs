//! What a played conversation came to, as data: a test asserts on it, the demo prints it, `--json` passes it on.
//! It holds no token.

use super::expectation::Mismatch;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    AsExpected,
    Different,
}

/// One file, played.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ConversationReport {
    pub name: String,
    pub title: String,
    pub about: String,
    pub client: String,
    pub connector: String,
    /// The SCIM base URL that it was played against.
    pub scim: String,
    pub verdict: Verdict,
    pub elapsed_ms: u64,
    pub steps: Vec<StepReport>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepReport {
    pub says: String,
    pub verdict: Verdict,
    /// Nothing when the step could not even be sent; `mismatches` says why.
    pub request: Option<Sent>,
    pub answer: Option<Received>,
    /// In the order in which the app received them.
    pub app_calls: Vec<AppCall>,
    pub mismatches: Vec<Mismatch>,
    /// From the request's first byte to the answer's last.
    pub elapsed_ms: u64,
}

/// What the provider sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sent {
    pub method: String,
    /// With the query, as sent, from the gateway's root.
    pub path: String,
    /// Without `authorization`.
    pub headers: BTreeMap<String, String>,
    /// JSON where it is JSON, else text; a long text is cut.
    pub body: Option<Value>,
}

/// What the gateway answered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Received {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
}

/// A call that the app received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AppCall {
    pub method: String,
    pub path: String,
    /// Decoded.
    pub query: Map<String, Value>,
    pub body: Option<Value>,
    /// What the app answered; nothing when it dropped the connection.
    pub status: Option<u16>,
}

impl ConversationReport {
    /// The steps that were not as expected, with their numbers from 1.
    pub fn differences(&self) -> impl Iterator<Item = (usize, &StepReport)> {
        (1..).zip(&self.steps).filter(|(_, step)| step.verdict == Verdict::Different)
    }
}
