//! Traces as text for a terminal. Durations are separate from the text, so that two runs of the same request can be compared.

use scim_runtime::{LEFT_OUT, is_secret};
use serde_json::Value;

pub use scim_runtime::{Step, Trace, without_secrets};

/// The lines of a step; the second part of each pair differs from run to run.
#[must_use]
pub fn step_lines(step: &Step) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut say = |line: String| lines.push((line, String::new()));
    match step {
        Step::ToConnector { operation, resource_type, id, document } => {
            let id = id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
            say(flat(&format!("  mapped: {operation} {resource_type}{id}")));
            json_lines(document, 4).into_iter().for_each(say);
        }
        Step::AppCall { method, path, query, body, sent, status, error, answer, duration_ms } => {
            let query: Vec<String> = query
                .iter()
                .map(|(name, value)| format!("{name}={}", if is_secret(name) { LEFT_OUT } else { value }))
                .collect();
            let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
            say(flat(&format!("  app call: {method} {path}{query}")));
            json_lines(body, 4).into_iter().for_each(&mut say);
            let outcome = match (sent, status, error) {
                (false, ..) => "  not sent: this is where the app would be changed".to_owned(),
                (true, Some(status), _) => format!("  app answered: {status}"),
                (true, None, error) => flat(&format!("  no answer: {}", error.as_deref().unwrap_or_default())),
            };
            lines.push((outcome, duration_ms.map(|took| format!(" ({took:.0} ms)")).unwrap_or_default()));
            lines.extend(json_lines(answer, 4).into_iter().map(|line| (line, String::new())));
        }
        Step::FromConnector { resources } => {
            say("  from the connector:".to_owned());
            resources.iter().flat_map(|resource| json_lines(resource, 4)).for_each(say);
        }
    }
    lines
}

/// One line without control characters: text from a connector or an app must not control the terminal.
fn flat(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A document, indented; no lines for null.
#[must_use]
pub fn json_lines(document: &Value, indent: usize) -> Vec<String> {
    if document.is_null() {
        return Vec::new();
    }
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.lines().map(|line| format!("{:indent$}{}", "", flat(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_egress::{AppRequest, AppResponse};
    use std::time::Duration;

    #[test]
    fn a_call_is_shown_with_its_query_body_and_answer_and_its_duration_is_separate() {
        let request = AppRequest {
            method: "POST".into(),
            path: "/users.json".into(),
            query: vec![("add".into(), "1".into())],
            body: Some(b"{\"name\":\"Ada\"}".to_vec()),
            ..AppRequest::default()
        };
        let answer = Ok(AppResponse { status: 201, headers: Vec::new(), body: b"made".to_vec() });
        let lines = step_lines(&Step::call(&request).answered(&answer, Duration::from_millis(12)));
        let texts: Vec<&str> = lines.iter().map(|(line, _)| line.as_str()).collect();
        let expected = [
            "  app call: POST /users.json?add=1",
            "    {",
            "      \"name\": \"Ada\"",
            "    }",
            "  app answered: 201",
            "    \"(4 bytes that are not JSON)\"",
        ];
        assert_eq!(texts, expected);
        assert_eq!(lines[4].1, " (12 ms)");
    }
}
