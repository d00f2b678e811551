//! Conversion between the contract's records, which carry JSON as text, and the types of `values`.

use super::bindings::scim_gateway::connector::types as wit;
use super::call_error::CallError;
use super::contradiction::Contradiction;
use super::values::{AppChange, Document, Fault, Query, SearchPage, Stored};
use scim_protocol::{MAX_ID_BYTES, MAX_VALUES, ValueBudget};
use serde::Serialize;
use serde_json::Value;

/// The longest detail of a fault, in characters: clients display it.
const MAX_DETAIL_CHARS: usize = 2000;

/// JSON as text. Serialising into memory takes half the time of `Display`; for a value or an object it cannot fail.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(crate) fn change(change: &AppChange) -> wit::Change {
    let texts = |values: &[Value]| values.iter().map(text).collect();
    wit::Change {
        fields: change
            .fields
            .iter()
            .map(|(path, value)| wit::FieldChange { path: path.clone(), value: value.as_ref().map(text) })
            .collect(),
        items: change
            .items
            .iter()
            .map(|items| wit::ItemChange {
                path: items.path.clone(),
                added: texts(&items.added),
                removed: texts(&items.removed),
            })
            .collect(),
    }
}

pub(crate) fn query(query: &Query) -> wit::Query {
    wit::Query {
        comparisons: query
            .comparisons
            .iter()
            .map(|comparison| wit::Comparison {
                field: comparison.field.clone(),
                operator: comparison.operator.clone(),
                value: text(&comparison.value),
            })
            .collect(),
        page: wit::PageRequest { offset: query.offset, limit: query.limit, cursor: query.cursor.clone() },
        omit: query.omit.clone(),
    }
}

pub(crate) fn stored(function: &'static str, stored: wit::Stored) -> Result<Stored, CallError> {
    stored_within(function, stored, &mut ValueBudget::new())
}

fn stored_within(function: &'static str, stored: wit::Stored, budget: &mut ValueBudget) -> Result<Stored, CallError> {
    let bad = |problem: String| CallError::BadAnswer { function, problem };
    if stored.id.is_empty() || stored.id.len() > MAX_ID_BYTES || stored.id.chars().any(char::is_control) {
        return Err(bad(format!("`id` must have 1 to {MAX_ID_BYTES} bytes and no control characters")));
    }
    if stored.document.as_ref().is_some_and(|text| !budget.take(text.as_bytes())) {
        return Err(bad(format!("an answer may contain at most {MAX_VALUES} JSON values")));
    }
    let document = stored
        .document
        .map(|text| object(&text))
        .transpose()
        .map_err(|problem| bad(format!("`document` must be a JSON object: {problem}")))?;
    Ok(Stored { id: stored.id, document, version: stored.version, unresolved: stored.unresolved })
}

/// Reads an object. The problem has a place or a kind and nothing of the text, which is about people.
fn object(text: &str) -> Result<Document, String> {
    // An error about a type, unlike one about JSON itself, would quote the value; any value has the right type for `Value`.
    match serde_json::from_str::<Value>(text).map_err(|error| error.to_string())? {
        Value::Object(document) => Ok(document),
        Value::Array(_) => Err("it is an array".to_owned()),
        Value::String(_) => Err("it is a string".to_owned()),
        Value::Number(_) => Err("it is a number".to_owned()),
        Value::Bool(_) => Err("it is true or false".to_owned()),
        Value::Null => Err("it is null".to_owned()),
    }
}

/// A page of at most `limit` resources. A larger one is refused before any of it is parsed: what a page may become in memory is
/// bounded by its number of resources, too.
pub(crate) fn page(function: &'static str, page: wit::Page, limit: u32) -> Result<SearchPage, CallError> {
    let returned = page.resources.len();
    if u32::try_from(returned).map_or(true, |returned| returned > limit) {
        let contradiction = Contradiction::TooMany { returned, limit };
        return Err(CallError::Contradiction { function, contradiction });
    }
    let mut budget = ValueBudget::new();
    let resources = page.resources.into_iter().map(|one| stored_within(function, one, &mut budget));
    Ok(SearchPage {
        resources: resources.collect::<Result<_, _>>()?,
        total: page.total,
        limit: page.limit,
        more: page.more,
        next: page.next,
    })
}

pub(crate) fn value(function: &'static str, text: &str) -> Result<Value, CallError> {
    let bad = |problem: String| CallError::BadAnswer { function, problem };
    if !ValueBudget::new().take(text.as_bytes()) {
        return Err(bad(format!("an answer may contain at most {MAX_VALUES} JSON values")));
    }
    serde_json::from_str(text).map_err(|error| bad(format!("the value must be JSON: {error}")))
}

/// A fault whose status is not an error (RFC 7644 §3.12: 4xx and 5xx) breaks the contract.
pub(crate) fn fault(function: &'static str, fault: wit::Fault) -> CallError {
    if !(400..=599).contains(&fault.status) {
        let problem = format!("a fault's `status` must be 400 to 599, not {}", fault.status);
        return CallError::BadAnswer { function, problem };
    }
    let is_rejected = matches!(fault.status, 401 | 403);
    let fault = Fault {
        status: fault.status,
        scim_type: fault.scim_type.filter(|word| word.len() <= 64 && word.chars().all(|c| c.is_ascii_alphabetic())),
        detail: fault.detail.chars().take(MAX_DETAIL_CHARS).collect(),
        retry_after_seconds: fault.retry_after_seconds,
    };
    if is_rejected { CallError::Rejected(fault) } else { CallError::Fault(fault) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_a_document_says_nothing_of_what_is_in_it() {
        let secret = "ada@example.com";
        for (text, expected) in [
            (format!("\"{secret}\""), "it is a string"),
            (format!("[\"{secret}\"]"), "it is an array"),
            ("4711".to_owned(), "it is a number"),
            (format!("{{\"mail\": \"{secret}\",}}"), "trailing comma at line 1 column 28"),
            (format!("{{\"mail\": {secret}}}"), "expected value at line 1 column 10"),
        ] {
            let stored =
                wit::Stored { id: "1".to_owned(), document: Some(text), version: None, unresolved: Vec::new() };
            let error = super::stored("read", stored).unwrap_err().to_string();
            assert!(error.ends_with(expected) && !error.contains("ada") && !error.contains("4711"), "{error}");
        }
    }

    #[test]
    fn a_page_above_the_limit_is_refused_before_it_is_parsed() {
        let stored = |id: u32| wit::Stored {
            id: id.to_string(),
            document: Some("not JSON".to_owned()),
            version: None,
            unresolved: Vec::new(),
        };
        let of = |count: u32| wit::Page {
            resources: (0..count).map(stored).collect(),
            total: None,
            limit: None,
            more: false,
            next: None,
        };
        let contradiction = Contradiction::TooMany { returned: 3, limit: 2 };
        assert_eq!(page("search", of(3), 2), Err(CallError::Contradiction { function: "search", contradiction }));
        assert_eq!(page("search", of(2), 2).unwrap_err().class(), "bad-answer");
    }

    #[test]
    fn what_the_app_says_of_the_gateways_credential_is_not_said_of_the_clients() {
        for (said, told) in [(400, 400), (401, 502), (403, 502), (404, 404), (599, 599)] {
            let answer =
                wit::Fault { status: said, scim_type: None, detail: "no".to_owned(), retry_after_seconds: None };
            let error = fault("read", answer);
            assert_eq!(error.for_client().status, told, "{said}");
            assert!(error.to_string().contains(&said.to_string()), "the operator sees {said}: {error}");
        }
    }
}
