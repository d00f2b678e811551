//! Between the contract's records, which carry JSON as text, and the plain types of `values`.

use serde::Serialize;
use serde_json::Value;

use super::bindings::scim_gateway::connector::types as wit;
use super::error::CallError;
use super::values::{AppChange, Document, Fault, Page, Query, Stored};
use crate::extent::{Extent, MOST_VALUES};

/// Longest id that is accepted, in bytes: it becomes part of URLs.
const LONGEST_ID: usize = 1024;
/// Longest text of a fault, in characters: clients show it.
const LONGEST_DETAIL: usize = 2000;

/// JSON. Written straight into memory, which takes half of the time that `Display` does; a `Value` and an object have one in any case.
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn change(change: &AppChange) -> wit::Change {
    let texts = |values: &[Value]| values.iter().map(text).collect();
    wit::Change {
        fields: change
            .fields
            .iter()
            .map(|field| wit::FieldChange { path: field.path.clone(), value: field.value.as_ref().map(text) })
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

pub(super) fn query(query: &Query) -> wit::Query {
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

pub(super) fn stored(function: &'static str, stored: wit::Stored) -> Result<Stored, CallError> {
    stored_within(function, stored, &mut Extent::new())
}

fn stored_within(function: &'static str, stored: wit::Stored, extent: &mut Extent) -> Result<Stored, CallError> {
    let bad = |problem: String| CallError::BadAnswer { function, problem };
    if stored.id.is_empty() || stored.id.len() > LONGEST_ID || stored.id.chars().any(char::is_control) {
        return Err(bad(format!("`id` is 1 to {LONGEST_ID} bytes without control characters")));
    }
    if stored.document.as_ref().is_some_and(|text| !extent.take(text.as_bytes())) {
        return Err(bad(format!("an answer holds at most {MOST_VALUES} JSON values")));
    }
    let document = stored
        .document
        .map(|text| serde_json::from_str::<Document>(&text))
        .transpose()
        .map_err(|error| bad(format!("`document` is a JSON object: {error}")))?;
    Ok(Stored { id: stored.id, document, version: stored.version, unresolved: stored.unresolved })
}

pub(super) fn page(function: &'static str, page: wit::Page) -> Result<Page, CallError> {
    let mut extent = Extent::new();
    let resources = page.resources.into_iter().map(|one| stored_within(function, one, &mut extent));
    Ok(Page {
        resources: resources.collect::<Result<_, _>>()?,
        total: page.total,
        limit: page.limit,
        more: page.more,
        next: page.next,
    })
}

pub(super) fn value(function: &'static str, text: &str) -> Result<Value, CallError> {
    let bad = |problem: String| CallError::BadAnswer { function, problem };
    if !Extent::new().take(text.as_bytes()) {
        return Err(bad(format!("an answer holds at most {MOST_VALUES} JSON values")));
    }
    serde_json::from_str(text).map_err(|error| bad(format!("the value is JSON: {error}")))
}

/// A fault that is none (RFC 7644 §3.12 knows 4xx and 5xx) is an answer that breaks the contract.
pub(super) fn fault(function: &'static str, fault: wit::Fault) -> CallError {
    if !(400..=599).contains(&fault.status) {
        let problem = format!("a fault's `status` is 400 to 599, not {}", fault.status);
        return CallError::BadAnswer { function, problem };
    }
    // 401 is about the client's token and the gateway has judged that; told to the client, it would send its administrator to
    // the wrong secret. It is the app that does not accept the gateway.
    let status = if fault.status == 401 { 502 } else { fault.status };
    CallError::Fault(Fault {
        status,
        scim_type: fault.scim_type.filter(|word| word.len() <= 64 && word.chars().all(|c| c.is_ascii_alphabetic())),
        detail: fault.detail.chars().take(LONGEST_DETAIL).collect(),
        retry_after_seconds: fault.retry_after_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_cannot_say_that_the_clients_token_is_wrong() {
        for (said, told) in [(400, 400), (401, 502), (403, 403), (599, 599)] {
            let answer =
                wit::Fault { status: said, scim_type: None, detail: "no".to_owned(), retry_after_seconds: None };
            assert_eq!(fault("read", answer).for_client().status, told, "{said}");
        }
    }
}
