//! Whether Samanage applied a write. A 200 response can silently ignore what Samanage does not understand, so the response is
//! compared with the request.

use crate::record::id_text;
use scim_connector_sdk::{Object, Value};

/// The dotted paths of fields whose value in the response differs from the one sent. A field missing from the response counts
/// as equal.
pub(crate) fn differences(sent: &Object, answered: &Object) -> Vec<String> {
    let mut found = Vec::new();
    for (field, value) in sent {
        let Some(echo) = answered.get(field) else { continue };
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let same = match echo {
                        Value::Object(echo) => echo.get(name).is_none_or(|echo| is_same(value, echo)),
                        _ => is_same(value, &Value::Null),
                    };
                    if !same {
                        found.push(format!("{field}.{name}"));
                    }
                }
            }
            _ if !is_same(value, echo) => found.push(field.clone()),
            _ => {}
        }
    }
    found
}

/// Compares names ignoring case and ids as texts. No value may be null, an empty text or absent.
fn is_same(sent: &Value, echo: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.trim().to_lowercase()),
        other => id_text(other),
    };
    match (text(sent), text(echo)) {
        (Some(sent), Some(echo)) => sent == echo,
        _ => sent == echo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_sdk::json;

    #[test]
    fn only_different_values_in_the_response_are_differences() {
        for (sent, answered, expected) in [
            (json!({"title": "A"}), json!({"title": "A"}), vec![]),
            (json!({"title": "A"}), json!({}), vec![]),
            (json!({"title": "A"}), json!({"title": "B"}), vec!["title"]),
            (json!({"title": ""}), json!({"title": null}), vec![]),
            (json!({"email": "A@b.example"}), json!({"email": "a@b.example"}), vec![]),
            (json!({"disabled": true}), json!({"disabled": false}), vec!["disabled"]),
            (json!({"role": {"name": "requester"}}), json!({"role": {"id": 1, "name": "Requester"}}), vec![]),
            (json!({"role": {"name": "X"}}), json!({"role": {"name": "Service Agent User"}}), vec!["role.name"]),
            (json!({"department": {"name": "X"}}), json!({"department": null}), vec!["department.name"]),
            (json!({"department": ""}), json!({"department": null}), vec![]),
            (json!({"department": ""}), json!({"department": {"name": "X"}}), vec!["department"]),
            (json!({"reports_to": {"id": 7}}), json!({"reports_to": {"id": "7"}}), vec![]),
            (json!({"reports_to": {"id": 7}}), json!({"reports_to": null}), vec!["reports_to.id"]),
        ] {
            let found = differences(sent.as_object().unwrap(), answered.as_object().unwrap());
            assert_eq!(found, expected, "{sent} {answered}");
        }
    }
}
