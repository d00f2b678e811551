//! Formats log lines as JSON, one object per line.
//!
//! `tracing` fields are scalars, so a list (an operation's app calls) arrives as text: a field whose name ends in `_json`
//! contains JSON and is written as JSON under the name without that suffix, instead of the field of that name, which is for people.

use scim_protocol::Excerpt;
use serde_json::{Map, Value};
use std::fmt;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The suffix of a field's name that marks its value as JSON.
pub(super) const JSON_FIELD: &str = "_json";
/// The longest JSON in a field, in bytes. It is made of excerpts, so that it is shorter unless somebody has made a mistake.
const MAX_JSON: usize = 64 << 10;

/// `{"time":…,"level":…,"target":…,"message":…, fields of the spans, fields of the event}`.
#[derive(Debug)]
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Fields(Map::new());
        let metadata = event.metadata();
        line.put("time", format!("{:.6}", jiff::Timestamp::now()));
        line.put("level", metadata.level().as_str().to_ascii_lowercase());
        line.put("target", metadata.target());
        for span in context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>().map(|fields| serde_json::from_str(fields));
            if let Some(Ok(Value::Object(fields))) = fields {
                for (name, value) in fields {
                    match value {
                        Value::String(text) => line.put_text(&name, text),
                        value => line.put(&name, value),
                    }
                }
            }
        }
        event.record(&mut line);
        writeln!(writer, "{}", Value::Object(line.0))
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Every text of every line passes here.
    fn put_text(&mut self, name: &str, text: impl fmt::Display) {
        self.put(name, Excerpt::of(text).into_string());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field.name(), format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let json = field.name().strip_suffix(JSON_FIELD).filter(|_| value.len() <= MAX_JSON);
        match json.map(|name| (name, serde_json::from_str::<Value>(value))) {
            Some((name, Ok(value))) => self.put(name, value),
            _ => self.put_text(field.name(), value),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }
}
