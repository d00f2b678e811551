//! Requests in files, for `explain` and `dev --replay`: one, a list or a whole conversation.
//!
//! In a conversation, `{name}` is replaced by a variable or by a value from an earlier response (`capture`: name to JSON
//! pointer); its expectations are ignored here.

use http::Method;
use scim_gateway::config::read_text;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A request to be sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RecordedRequest {
    /// `GET`, `POST`, …
    #[serde(deserialize_with = "method")]
    pub(super) method: Method,
    /// The path below `/scim/v2`, with the query.
    pub(super) path: String,
    #[serde(default)]
    pub(super) body: Option<Value>,
    /// The instance, if the request names one.
    #[serde(default)]
    pub(super) instance: Option<String>,
    #[serde(default)]
    pub(super) capture: BTreeMap<String, String>,
    #[serde(skip)]
    pub(super) user_agent: Option<String>,
}

/// Why a file of requests cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordedError {
    #[error("{0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error(
        "{0}: {1}; write a request as {{\"method\": \"GET\", \"path\": \"/Users/42\"}}, with a \"body\" if it has one, and several as a list"
    )]
    Shape(PathBuf, serde_json::Error),
}

/// The values that replace each `{name}` in a replay.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl RecordedRequest {
    /// Reads a file with one request, a list of requests or a conversation, and its variables.
    pub(super) fn load_all(file: &Path) -> Result<(Vec<Self>, Names), RecordedError> {
        let shape = |error| RecordedError::Shape(file.to_owned(), error);
        let document: Value = parse(file)?;
        if document.is_array() {
            return Ok((serde_json::from_value(document).map_err(shape)?, Names::default()));
        }
        if document.get("steps").is_none() {
            return Ok((vec![serde_json::from_value(document).map_err(shape)?], Names::default()));
        }
        let conversation: Conversation = serde_json::from_value(document).map_err(shape)?;
        let agent = conversation.client.headers.get("user-agent").cloned();
        let requests = conversation.steps.into_iter().map(|step| Self {
            method: step.request.method,
            path: step.request.path,
            body: step.request.body,
            instance: None,
            capture: step.capture,
            user_agent: agent.clone(),
        });
        let names = conversation.variables.into_iter().map(|(name, value)| {
            // A value that is not a string is generated for each run.
            let value = value.as_str().map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
            (name, value)
        });
        Ok((requests.collect(), Names(names.collect())))
    }
}

impl Names {
    /// Replaces every known `{name}` in a request.
    pub(super) fn fill(&self, request: &RecordedRequest) -> RecordedRequest {
        let mut filled = request.clone();
        filled.path = self.text(&request.path, percent_encode);
        if let Some(body) = &mut filled.body {
            self.value(body);
        }
        filled
    }

    /// Stores the values that the request captures from its response.
    pub(super) fn capture(&mut self, request: &RecordedRequest, answer: &Value) {
        for (name, pointer) in &request.capture {
            if let Some(value) = answer.pointer(pointer) {
                self.0.insert(name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text, str::to_owned),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.value(member)),
            _ => {}
        }
    }

    fn text(&self, text: &str, encode: impl Fn(&str) -> String) -> String {
        let filled =
            |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{name}}}"), &encode(value));
        self.0.iter().fold(text.to_owned(), filled)
    }
}

#[derive(Deserialize)]
struct Conversation {
    client: Client,
    #[serde(default)]
    variables: BTreeMap<String, Value>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Client {
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Step {
    request: StepRequest,
    #[serde(default)]
    capture: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct StepRequest {
    #[serde(deserialize_with = "method")]
    method: Method,
    path: String,
    #[serde(default)]
    body: Option<Value>,
}

fn method<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.to_uppercase().parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is not an HTTP method")))
}

fn parse<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, RecordedError> {
    let text = read_text(file).map_err(|error| RecordedError::Unreadable(file.to_owned(), error))?;
    serde_json::from_str(&text).map_err(|error| RecordedError::Shape(file.to_owned(), error))
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn loaded(document: &Value) -> Result<(Vec<RecordedRequest>, Names), RecordedError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), document.to_string()).expect("a file");
        RecordedRequest::load_all(file.path())
    }

    #[test]
    fn a_captured_value_is_used_in_the_next_request() {
        let list = json!([
            { "method": "post", "path": "/Users", "body": {}, "capture": { "user": "/id" } },
            { "method": "PATCH", "path": "/Users/{user}", "body": { "value": ["{user}", "{other}"] } },
        ]);
        let (requests, mut names) = loaded(&list).expect("requests");
        names.capture(&requests[0], &json!({ "id": "a/1" }));
        let filled = names.fill(&requests[1]);
        assert_eq!((filled.method, filled.path.as_str()), (Method::PATCH, "/Users/a%2F1"));
        assert_eq!(filled.body, Some(json!({ "value": ["a/1", "{other}"] })));
    }

    #[test]
    fn a_conversation_gives_its_requests_its_client_and_its_variables() {
        let conversation = json!({
            "title": "t", "client": { "name": "Okta", "headers": { "user-agent": "Okta SCIM Client 1.0.0" } },
            "variables": { "name": "ada", "run": { "$uuid": true } },
            "steps": [{ "says": "s", "request": { "method": "GET", "path": "/Users/{name}" }, "answer": { "status": 200 } }],
        });
        let (requests, names) = loaded(&conversation).expect("requests");
        assert_eq!(requests[0].user_agent.as_deref(), Some("Okta SCIM Client 1.0.0"));
        assert_eq!(names.fill(&requests[0]).path, "/Users/ada");
    }

    #[test]
    fn one_request_is_as_good_as_a_list_of_one() {
        let request = json!({ "method": "GET", "path": "/Users" });
        let paths = |document: &Value| {
            let (requests, _) = loaded(document).expect("requests");
            requests.into_iter().map(|request| request.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(&request), paths(&json!([request])));
    }

    #[test]
    fn a_malformed_file_gets_an_error_with_an_example() {
        let error = loaded(&json!([{ "methd": "GET", "path": "/Users" }])).expect_err("a typo").to_string();
        assert!(error.contains("`methd`") && error.contains("\"method\": \"GET\""), "{error}");
    }
}
