//! Pages of a list, and how a record leaves the app.

use super::answer::answer;
use super::switches::Switches;
use crate::simulators::control::{Answer, Call};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

/// What the caller gets without `per_page`.
const DEFAULT_SIZE: usize = 25;

/// Which page is asked for. Anything that is not a positive number is taken for not sent.
#[derive(Debug)]
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    pub(super) fn of(call: &Call, switches: &Switches) -> Self {
        let positive = |name| call.parameter(name).and_then(|text| text.parse().ok()).filter(|number| *number > 0);
        Self {
            number: positive("page").unwrap_or(1),
            size: positive("per_page").unwrap_or(DEFAULT_SIZE).min(switches.max_page_size.max(1)),
        }
    }

    /// The page as a JSON array, with the counts in `X-` headers and the neighbours in `Link` (RFC 5988).
    pub(super) fn answer<T>(&self, call: &Call, all: &[T], record: impl Fn(&T) -> Value) -> Answer {
        let last = all.len().div_ceil(self.size).max(1);
        let start = (self.number - 1).saturating_mul(self.size);
        let records: Vec<Value> = all.iter().skip(start).take(self.size).map(record).collect();
        let neighbours = [
            ("first", Some(1)),
            ("prev", Some(self.number - 1).filter(|number| *number > 0)),
            ("next", Some(self.number + 1).filter(|number| *number <= last)),
            ("last", Some(last)),
        ];
        let links: Vec<String> = neighbours
            .into_iter()
            .filter_map(|(relation, number)| Some(format!("<{}>; rel=\"{relation}\"", self.address(call, number?))))
            .collect();
        answer(200, &json!(records))
            .with("x-per-page", self.size.to_string())
            .with("x-current-page", self.number.to_string())
            .with("x-total-count", all.len().to_string())
            .with("x-total-pages", last.to_string())
            .with("link", links.join(", "))
    }

    fn address(&self, call: &Call, number: usize) -> String {
        let others = call.query.iter().filter(|(name, _)| name != "page" && name != "per_page");
        let mut query = Serializer::new(String::new());
        query.extend_pairs(others).append_pair("page", &number.to_string());
        query.append_pair("per_page", &self.size.to_string());
        format!("{}{}?{}", call.origin(), call.path, query.finish())
    }
}

/// The record as the tenant shows it: bare or wrapped, ids as integers or as strings.
pub(super) fn present(switches: &Switches, name: &str, mut record: Value) -> Value {
    if switches.ids_as_strings {
        ids_to_strings(&mut record);
    }
    if switches.wrap_records { json!({ name: record }) } else { record }
}

fn ids_to_strings(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Number(id) if name == "id" || name.ends_with("_id") => *value = json!(id.to_string()),
                    Value::Array(ids) if name == "group_ids" => {
                        ids.iter_mut().for_each(|id| *id = json!(id.to_string()));
                    }
                    other => ids_to_strings(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(ids_to_strings),
        _ => {}
    }
}
