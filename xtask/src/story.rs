//! Prints a played conversation for people: the provider's requests, the calls that the app received, the answers.

use crate::terminal::Paint;
use scim_gateway_tests::conversation::{
    AppCall, Conversation, ConversationReport, Mismatch, Received, Sent, StepReport, Verdict,
};
use serde_json::Value;
use std::io::{self, Write};

/// The length in characters to which a body is cut; `--json` prints all of it.
const BODY_WIDTH: usize = 240;

const LINE_WIDTH: usize = 100;

#[derive(Debug)]
pub(crate) struct Story<W> {
    out: W,
    paint: Paint,
    client: String,
    number: usize,
}

impl<W: Write> Story<W> {
    pub(crate) fn new(out: W, paint: Paint) -> Self {
        Self { out, paint, client: String::new(), number: 0 }
    }

    pub(crate) fn begin(&mut self, conversation: &Conversation) -> io::Result<()> {
        self.client.clone_from(&conversation.client.name);
        let title = format!("━━ {} ", conversation.title);
        let rule = "━".repeat(LINE_WIDTH.saturating_sub(title.chars().count()));
        writeln!(self.out, "\n{}", self.paint.bold(format!("{title}{rule}")))?;
        for line in wrapped(&conversation.about, LINE_WIDTH) {
            writeln!(self.out, "{}", self.paint.faint(line))?;
        }
        writeln!(self.out)
    }

    pub(crate) fn step(&mut self, step: &StepReport) -> io::Result<()> {
        self.number += 1;
        let mark = match step.verdict {
            Verdict::AsExpected => self.paint.green("✓"),
            Verdict::Different => self.paint.red("✗"),
        };
        let time = self.paint.faint(format!("{} ms", step.elapsed_ms));
        writeln!(self.out, "{:>3} {mark} {}  {time}", self.number, self.paint.bold(&step.says))?;
        if let Some(request) = &step.request {
            self.request(request)?;
        }
        for call in &step.app_calls {
            self.call(call)?;
        }
        if step.app_calls.is_empty() {
            writeln!(self.out, "        {}", self.paint.faint("· the app is not called"))?;
        }
        if let Some(answer) = &step.answer {
            self.answer(answer)?;
        }
        for mismatch in &step.mismatches {
            self.mismatch(mismatch)?;
        }
        writeln!(self.out)
    }

    fn request(&mut self, sent: &Sent) -> io::Result<()> {
        let line = format!("{} {}", sent.method, decoded(&sent.path));
        writeln!(self.out, "      {} {}", self.paint.cyan(format!("→ {line}")), self.body(sent.body.as_ref()))
    }

    fn call(&mut self, call: &AppCall) -> io::Result<()> {
        let query: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let line = self.paint.yellow(format!("⇒ {} {}{query}", call.method, call.path));
        let body = self.body(call.body.as_ref());
        writeln!(self.out, "        {line} {} {body}", self.paint.faint(format!("[{status}]")))
    }

    fn answer(&mut self, answer: &Received) -> io::Result<()> {
        let body = match &answer.body {
            Some(body) if body.get("Resources").is_some() => self.paint.faint(list(body)),
            body => self.body(body.as_ref()),
        };
        writeln!(self.out, "      {} {body}", self.paint.cyan(format!("← {}", answer.status)))
    }

    fn mismatch(&mut self, mismatch: &Mismatch) -> io::Result<()> {
        let place = if mismatch.at.is_empty() { String::new() } else { format!("{} ", mismatch.at) };
        writeln!(self.out, "      {}", self.paint.red(format!("✗ {place}{}", mismatch.reason)))?;
        if !mismatch.expected.is_null() {
            writeln!(self.out, "          expected {}", cut(&mismatch.expected.to_string()))?;
        }
        if let Some(found) = &mismatch.found {
            writeln!(self.out, "          found    {}", cut(&found.to_string()))?;
        }
        Ok(())
    }

    fn body(&self, body: Option<&Value>) -> String {
        body.map_or_else(String::new, |body| self.paint.faint(cut(&body.to_string())))
    }

    /// The summary.
    pub(crate) fn end(&mut self, reports: &[ConversationReport]) -> io::Result<()> {
        let width = reports.iter().map(|report| report.title.chars().count()).max().unwrap_or_default().max(12);
        writeln!(
            self.out,
            "{}",
            self.paint.bold(format!("{:width$}  steps  as expected  app calls     time", "Conversation"))
        )?;
        for report in reports {
            let steps = report.steps.len();
            let well = steps - report.differences().count();
            let calls: usize = report.steps.iter().map(|step| step.app_calls.len()).sum();
            let line =
                format!("{:width$}  {steps:>5}  {well:>11}  {calls:>9}  {:>5} ms", report.title, report.elapsed_ms);
            let line = if well == steps { self.paint.green(line) } else { self.paint.red(line) };
            writeln!(self.out, "{line}")?;
        }
        let steps: usize = reports.iter().map(|report| report.steps.len()).sum();
        let different: usize = reports.iter().map(|report| report.differences().count()).sum();
        let verdict = match different {
            0 => self.paint.green(format!("All {steps} steps were as expected.")),
            _ => self.paint.red(format!("{different} of {steps} steps were not as expected.")),
        };
        writeln!(self.out, "\n{}", self.paint.bold(verdict))
    }
}

fn list(body: &Value) -> String {
    let resources = body.get("Resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let total = body.get("totalResults").map(Value::to_string).unwrap_or_default();
    let items: Vec<String> = resources.iter().map(Value::to_string).collect();
    cut(&format!("{} of {total}: {}", resources.len(), items.join(", ")))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(BODY_WIDTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A URL in readable form, for display only.
fn decoded(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let shown: Vec<String> = pairs
        .map(|(name, value)| if value.is_empty() { name.into_owned() } else { format!("{name}={value}") })
        .collect();
    format!("{path}?{}", shown.join("&"))
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_step_reads_request_calls_answer_differences() {
        let step = StepReport {
            says: "Alice is looked for.".into(),
            verdict: Verdict::Different,
            request: Some(Sent {
                method: "GET".into(),
                path: "/acme/scim/v2/Users?aadOptscim062020&filter=userName+eq+%22a%22".into(),
                headers: BTreeMap::new(),
                body: None,
            }),
            answer: Some(Received {
                status: 200,
                headers: BTreeMap::new(),
                body: Some(json!({"totalResults": 1, "Resources": [{"id": "1"}]})),
            }),
            app_calls: vec![AppCall {
                method: "GET".into(),
                path: "/users.json".into(),
                query: json!({"email": "a"}).as_object().unwrap().clone(),
                body: None,
                status: Some(200),
            }],
            mismatches: vec![Mismatch {
                at: "/answer/status".into(),
                expected: json!(404),
                found: Some(json!(200)),
                reason: "is different".into(),
            }],
            elapsed_ms: 3,
        };
        let mut out = Vec::new();
        Story::new(&mut out, Paint::off()).step(&step).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "  1 ✗ Alice is looked for.  3 ms",
                r#"      → GET /acme/scim/v2/Users?aadOptscim062020&filter=userName eq "a""#,
                "        ⇒ GET /users.json?email=a [200]",
                r#"      ← 200 1 of 1: {"id":"1"}"#,
                "      ✗ /answer/status is different",
                "          expected 404",
                "          found    200",
                "",
            ]
        );
    }

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two  three", 9), ["one two", "three"]);
    }
}
