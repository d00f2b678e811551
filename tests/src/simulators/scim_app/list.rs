//! Lists: the filter, the page and the projection that the apps support.

use super::answer::scim;
use super::error::refusal;
use crate::simulators::control::{Answer, Call};
use serde_json::{Map, Value, json};

/// The largest page, and the page without `count`.
pub(super) const MAX_COUNT: usize = 100;

/// The text that `{attribute} eq "text"` looks for; nothing when there is no filter. Any other filter is refused.
pub(super) fn wanted(call: &Call, attribute: &str) -> Result<Option<String>, Answer> {
    let Some(filter) = call.parameter("filter") else { return Ok(None) };
    let parse = || {
        let (name, rest) = filter.trim().split_once(' ')?;
        let (operator, literal) = rest.trim_start().split_once(' ')?;
        let is_known = name.eq_ignore_ascii_case(attribute) && operator.eq_ignore_ascii_case("eq");
        serde_json::from_str(literal).ok().filter(|_| is_known)
    };
    let detail = || format!("only `{attribute} eq \"…\"` can be searched for, not `{filter}`");
    parse().map(Some).ok_or_else(|| refusal(400, Some("invalidFilter"), &detail()))
}

/// A page of a list (RFC 7644 §3.4.2.4): `startIndex` counts from one, and `count=0` asks only how many there are.
pub(super) fn page<T>(call: &Call, all: &[T], show: impl Fn(&T) -> Value) -> Result<Answer, Answer> {
    let start = number(call, "startIndex")?.unwrap_or(1).max(1);
    let count = number(call, "count")?.map_or(MAX_COUNT, |count| usize::try_from(count).unwrap_or(0).min(MAX_COUNT));
    let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
    let resources: Vec<Value> =
        all.iter().skip(skipped).take(count).map(show).map(|shown| projected(call, shown)).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": all.len(),
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    Ok(scim(200, &body))
}

/// `attributes` and `excludedAttributes` by the names of whole attributes; `schemas` and `id` are always there.
pub(super) fn projected(call: &Call, document: Value) -> Value {
    let names = |parameter: &str| {
        let text = call.parameter(parameter)?;
        Some(text.split(',').map(|name| name.trim().to_lowercase()).collect::<Vec<String>>())
    };
    let (only, without) = (names("attributes"), names("excludedAttributes"));
    let stays = |name: &str| {
        let (always, name) = (matches!(name, "schemas" | "id"), name.to_lowercase());
        always
            || (only.as_ref().is_none_or(|only| only.contains(&name))
                && without.as_ref().is_none_or(|without| !without.contains(&name)))
    };
    match document {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(name, _)| stays(name)).collect::<Map<String, Value>>())
        }
        other => other,
    }
}

/// Whether the caller wants the attribute, so that a large one is not made in vain.
pub(super) fn is_wanted(call: &Call, attribute: &str) -> bool {
    let probe = projected(call, json!({ attribute: null }));
    probe.get(attribute).is_some()
}

fn number(call: &Call, name: &str) -> Result<Option<i64>, Answer> {
    let Some(text) = call.parameter(name) else { return Ok(None) };
    let number = text.parse().map_err(|_| refusal(400, Some("invalidValue"), &format!("`{name}` is not a number")));
    number.map(Some)
}
