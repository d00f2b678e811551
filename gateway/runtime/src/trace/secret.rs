//! Values that are not shown: a SCIM client may send a password (RFC 7643 §4.1.1), and an app may return an API key.

use serde_json::Value;

/// What is shown instead of a secret.
pub const LEFT_OUT: &str = "(left out)";
const NAMES: [&str; 5] = ["password", "secret", "token", "apikey", "credential"];

/// A document without the values of members whose names suggest a secret.
#[must_use]
pub fn without_secrets(mut document: Value) -> Value {
    redact(&mut document);
    document
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A PATCH operation names the attribute beside its value.
            let named = members.get("path").and_then(Value::as_str).is_some_and(is_secret);
            if let Some(value) = members.get_mut("value").filter(|value| named && !value.is_null()) {
                *value = LEFT_OUT.into();
            }
            for (name, value) in members {
                if !value.is_null() && is_secret(name) {
                    *value = LEFT_OUT.into();
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

/// Whether a name suggests a secret; `api-key` and `api_key` are taken for `apikey`.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    NAMES.iter().any(|secret| name.contains(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_whose_names_suggest_a_secret_lose_their_values_at_any_depth() {
        let document = json!({ "Password": "p", "list": [{ "accessToken": { "a": 1 }, "name": "x" }], "secret": null });
        let shown = json!({ "Password": LEFT_OUT, "list": [{ "accessToken": LEFT_OUT, "name": "x" }], "secret": null });
        assert_eq!(without_secrets(document), shown);
        let patch = json!({ "op": "replace", "path": "password", "value": "p", "api-key": 1 });
        let shown = json!({ "op": "replace", "path": "password", "value": LEFT_OUT, "api-key": LEFT_OUT });
        assert_eq!(without_secrets(patch), shown);
    }
}
