//! Values that are not shown. A SCIM client may send a password (RFC 7643 §4.1.1), an app may answer with an API key.

use serde_json::Value;

const LEFT_OUT: &str = "(left out)";
const NAMES: [&str; 6] = ["password", "secret", "token", "apikey", "api_key", "credential"];

/// A document without the values of members whose names say that they are secrets.
#[must_use]
pub fn without_secrets(mut document: Value) -> Value {
    redact(&mut document);
    document
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.to_lowercase();
                if !value.is_null() && NAMES.iter().any(|secret| name.contains(secret)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_that_are_named_like_secrets_lose_their_values_wherever_they_are() {
        let document = json!({ "Password": "p", "list": [{ "accessToken": { "a": 1 }, "name": "x" }], "secret": null });
        let shown = json!({ "Password": LEFT_OUT, "list": [{ "accessToken": LEFT_OUT, "name": "x" }], "secret": null });
        assert_eq!(without_secrets(document), shown);
    }
}
