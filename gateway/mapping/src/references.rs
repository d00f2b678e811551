//! Ids of other resources in the app's documents, for an app whose ids are not always those that
//! clients know.

use super::rule::Rule;
use super::type_mapping::TypeMapping;
use scim_protocol::Object;
use serde_json::Value;

impl TypeMapping {
    /// The ids of other resources in a document of the app, each with its resource type.
    pub fn referred(&self, document: &Object) -> Vec<(&str, String)> {
        let mut found = Vec::new();
        for (rule, resource_type) in self.referring() {
            let value = rule.app.as_ref().and_then(|field| field.get(document));
            found.extend(value.into_iter().flat_map(ids_in).map(|id| (resource_type, id)));
        }
        found
    }

    /// Replaces ids of other resources in a document of the app where there is a replacement.
    pub fn replace_referred(&self, document: &mut Object, replacement: impl Fn(&str, &str) -> Option<String>) {
        for (rule, resource_type) in self.referring() {
            let Some(field) = &rule.app else { continue };
            let Some(mut value) = field.get(document).cloned() else { continue };
            if replace_ids(&mut value, &|id| replacement(resource_type, id)) {
                field.put(document, value);
            }
        }
    }

    /// The resource type whose ids a field of the app (or the `value` in it) contains.
    pub fn referred_by(&self, field: &str) -> Option<&str> {
        let is_it = |rule: &Rule| rule.field() == field || field.strip_suffix(".value") == Some(rule.field());
        self.referring().find(|(rule, _)| is_it(rule)).map(|(_, resource_type)| resource_type)
    }

    fn referring(&self) -> impl Iterator<Item = (&Rule, &str)> {
        self.rules.iter().filter_map(|rule| Some((rule, rule.reference.as_deref()?)))
    }
}

/// The ids in a value: the value itself, its `value`, or those of its elements.
pub fn ids_in(value: &Value) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(ids_in).collect(),
        Value::Object(members) => members.get("value").map(ids_in).unwrap_or_default(),
        Value::String(id) => vec![id.clone()],
        Value::Number(id) => vec![id.to_string()],
        _ => Vec::new(),
    }
}

/// Replaces the ids in a value where there is a replacement; true if there was one. A number stays a number
/// if possible.
pub fn replace_ids(value: &mut Value, replacement: &impl Fn(&str) -> Option<String>) -> bool {
    match value {
        Value::Array(elements) => elements.iter_mut().fold(false, |any, each| replace_ids(each, replacement) | any),
        Value::Object(members) => members.get_mut("value").is_some_and(|value| replace_ids(value, replacement)),
        Value::String(id) => replacement(id).map(|new| *id = new).is_some(),
        Value::Number(id) => match replacement(&id.to_string()) {
            Some(new) => {
                *value = new.parse::<i64>().map_or(Value::String(new), Value::from);
                true
            }
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_replaced_in_every_shape() {
        for (before, after) in [
            (json!("old"), json!("new")),
            (json!({"value": "old", "display": "old"}), json!({"value": "new", "display": "old"})),
            (json!([{"value": "other"}, {"value": "old"}]), json!([{"value": "other"}, {"value": "new"}])),
            (json!(7), json!(8)),
            (json!(true), json!(true)),
        ] {
            let mut value = before.clone();
            let replaced = replace_ids(&mut value, &|id| match id {
                "old" => Some("new".to_owned()),
                "7" => Some("8".to_owned()),
                _ => None,
            });
            assert_eq!((&value, replaced), (&after, before != after));
        }
    }
}
