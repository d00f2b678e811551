//! Whether Samanage did what it was told. A 200 can silently ignore what it does not understand, so what it answers is
//! compared with what was sent.

use crate::record::id_text;
use scim_connector_sdk::{Object, Value};

/// The dotted paths of fields that were sent and that the answer shows otherwise. A field that the answer does not
/// have at all says nothing.
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

/// Names compare in any case, ids as texts, and nothing is written as null, as an empty text or not at all.
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
    fn only_what_the_answer_shows_otherwise_is_a_difference() {
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
