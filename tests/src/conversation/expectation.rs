//! Compares what was found with what was expected: JSON with JSON, and matchers for values that no file can know in advance.
//!
//! | matcher | holds when the value |
//! |---|---|
//! | `{"$any": true}` | is there and not null |
//! | `{"$absent": true}` | is not there |
//! | `{"$string": true}` | is a string that is not empty |
//! | `{"$integer": "{alice}"}` | is this number, written as a JSON integer |
//! | `{"$prefix": "a"}` | is a string that begins with this |
//! | `{"$contains": "a"}` | is a string that contains this in any case, or a list with an item that fits |
//! | `{"$length": 2}` | is a list or text of this length |
//! | `{"$unordered": [..]}` | is a list of items that fit these, in any order |
//! | `{"$exact": ..}`, `{"$subset": ..}` | fits, without or with members that are not named |
//! | `{"$one-of": [..]}` | fits one of these |
//!
//! Several matchers in one object must all hold.

use serde::Serialize;
use serde_json::Value;

/// Whether an object may have members that are not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// It may, as answers to the provider do.
    Subset,
    /// It may not, as in calls that the app received.
    Exact,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mismatch {
    /// JSON pointer into the step's report: `/answer/body/emails/0/value`, `/app-calls/1/path`.
    pub at: String,
    pub expected: Value,
    /// `None` when there is no such value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// What is wrong, in words.
    pub reason: String,
}

impl Mismatch {
    pub(super) fn new(at: &str, expected: &Value, found: Option<&Value>, reason: impl Into<String>) -> Self {
        Self { at: at.to_owned(), expected: expected.clone(), found: found.cloned(), reason: reason.into() }
    }
}

/// Every difference between `expected` and `found`, which is at `at`.
pub fn compare(expected: &Value, found: Option<&Value>, at: &str, strictness: Strictness) -> Vec<Mismatch> {
    if let Some(matchers) = matchers(expected) {
        return matchers
            .iter()
            .flat_map(|(name, argument)| apply(name, argument, expected, found, at, strictness))
            .collect();
    }
    let Some(value) = found else {
        return vec![Mismatch::new(at, expected, None, "is missing")];
    };
    match (expected, value) {
        (Value::Object(members), Value::Object(there)) => {
            let mut differences: Vec<Mismatch> = members
                .iter()
                .flat_map(|(key, member)| compare(member, there.get(key), &below(at, key), strictness))
                .collect();
            if strictness == Strictness::Exact {
                let unasked = there.iter().filter(|(key, _)| !members.contains_key(*key));
                differences.extend(unasked.map(|(key, extra)| {
                    Mismatch::new(&below(at, key), &Value::Null, Some(extra), "should not be there")
                }));
            }
            differences
        }
        (Value::Array(items), Value::Array(there)) if items.len() == there.len() => items
            .iter()
            .zip(there)
            .enumerate()
            .flat_map(|(index, (item, there))| compare(item, Some(there), &format!("{at}/{index}"), strictness))
            .collect(),
        (Value::Array(items), Value::Array(there)) => {
            let reason = format!("has {} item(s) instead of {}", there.len(), items.len());
            vec![Mismatch::new(at, expected, found, reason)]
        }
        _ if expected == value => Vec::new(),
        _ => vec![Mismatch::new(at, expected, found, "is different")],
    }
}

fn below(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The members of an object that consists of matchers. `$ref` is SCIM's own.
fn matchers(expected: &Value) -> Option<&serde_json::Map<String, Value>> {
    let members = expected.as_object()?;
    (!members.is_empty() && members.keys().all(|key| key.starts_with('$') && key != "$ref")).then_some(members)
}

fn apply(
    name: &str,
    argument: &Value,
    expected: &Value,
    found: Option<&Value>,
    at: &str,
    strictness: Strictness,
) -> Vec<Mismatch> {
    let text = found.and_then(Value::as_str);
    let argument_text = || argument.as_str().unwrap_or_default();
    let holds = match name {
        "$exact" => return compare(argument, found, at, Strictness::Exact),
        "$subset" => return compare(argument, found, at, Strictness::Subset),
        "$any" => found.is_some_and(|value| !value.is_null()),
        "$absent" => found.is_none(),
        "$string" => text.is_some_and(|text| !text.is_empty()),
        "$integer" => found.and_then(Value::as_u64).is_some_and(|number| argument_text().parse() == Ok(number)),
        "$prefix" => text.is_some_and(|text| text.starts_with(argument_text())),
        "$contains" => match found {
            Some(Value::Array(items)) => items.iter().any(|item| fits(argument, item, strictness)),
            _ => text.is_some_and(|text| text.to_lowercase().contains(&argument_text().to_lowercase())),
        },
        "$length" => {
            let length = match found {
                Some(Value::Array(items)) => Some(items.len()),
                _ => text.map(|text| text.chars().count()),
            };
            length.is_some_and(|length| argument.as_u64() == u64::try_from(length).ok())
        }
        "$unordered" => same_items(argument, found, strictness),
        "$one-of" => argument
            .as_array()
            .is_some_and(|choices| choices.iter().any(|choice| compare(choice, found, at, strictness).is_empty())),
        _ => return vec![Mismatch::new(at, expected, found, format!("{name} is no matcher"))],
    };
    if holds { Vec::new() } else { vec![Mismatch::new(at, expected, found, format!("does not fit {name}"))] }
}

fn fits(expected: &Value, found: &Value, strictness: Strictness) -> bool {
    compare(expected, Some(found), "", strictness).is_empty()
}

/// Each expected item takes the first remaining item that fits, which is enough as long as the expected items exclude each other.
fn same_items(expected: &Value, found: Option<&Value>, strictness: Strictness) -> bool {
    let (Some(expected), Some(Value::Array(found))) = (expected.as_array(), found) else {
        return false;
    };
    let mut left: Vec<&Value> = found.iter().collect();
    let all_found = expected.iter().all(|item| {
        let place = left.iter().position(|there| fits(item, there, strictness));
        place.map(|place| left.swap_remove(place)).is_some()
    });
    all_found && left.is_empty()
}

#[cfg(test)]
mod tests {
    use super::Strictness::{Exact, Subset};
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_fits_and_what_does_not_does_not() {
        let cases = [
            (json!({"a": 1}), json!({"a": 1, "b": 2}), Subset, true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), Exact, false),
            (json!({"$exact": {"a": 1}}), json!({"a": 1, "b": 2}), Subset, false),
            (json!({"$subset": {"a": 1}}), json!({"a": 1, "b": 2}), Exact, true),
            (json!([{"a": 1}]), json!([{"a": 1, "b": 2}]), Subset, true),
            (json!([1, 2]), json!([2, 1]), Subset, false),
            (json!({"$unordered": [1, 2]}), json!([2, 1]), Exact, true),
            (json!({"$unordered": [1, 2]}), json!([2, 1, 1]), Exact, false),
            (json!([1]), json!([1, 2]), Subset, false),
            (json!({"a": {"$absent": true}}), json!({"b": 1}), Exact, false),
            (json!({"a": {"$absent": true}}), json!({}), Exact, true),
            (json!({"a": {"$any": true}}), json!({"a": null}), Subset, false),
            (json!({"$any": true}), json!(false), Subset, true),
            (json!({"$string": true}), json!(""), Subset, false),
            (json!({"$string": true, "$contains": "NAME"}), json!("userName"), Subset, true),
            (json!({"$contains": {"value": "1"}}), json!([{"value": "1", "display": "A"}]), Subset, true),
            (json!({"$contains": {"value": "2"}}), json!([{"value": "1"}]), Subset, false),
            (json!({"$integer": "17"}), json!(17), Exact, true),
            (json!({"$integer": "17"}), json!("17"), Exact, false),
            (json!({"$prefix": "/memberships/"}), json!("/memberships/3.json"), Exact, true),
            (json!({"$length": 2}), json!([1, 2]), Exact, true),
            (json!({"$one-of": [200, 204]}), json!(204), Exact, true),
            (json!({"$one-of": [200, 204]}), json!(500), Exact, false),
            (json!({"$ref": null}), json!({"$ref": null}), Exact, true),
            (json!({"$typo": true}), json!(1), Exact, false),
        ];
        for (expected, found, strictness, fits) in cases {
            let differences = compare(&expected, Some(&found), "", strictness);
            assert_eq!(differences.is_empty(), fits, "{expected} against {found} ({strictness:?}): {differences:?}");
        }
    }

    #[test]
    fn a_difference_names_its_place_as_a_json_pointer() {
        let expected = json!({"emails": [{"value": "a"}], "urn:x/y": 1});
        let found = json!({"emails": [{"value": "b"}]});
        let places: Vec<String> =
            compare(&expected, Some(&found), "/answer/body", Subset).into_iter().map(|m| m.at).collect();
        assert_eq!(places, ["/answer/body/emails/0/value", "/answer/body/urn:x~1y"]);
    }
}
