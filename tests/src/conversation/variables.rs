//! `{name}` in a conversation: constants, values that are new in each run, and values captured from earlier answers.
//!
//! A brace that is not followed by a name and a closing brace stays as it is, so JSON inside a string needs no escaping.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The initial value of a variable.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Variable {
    Text(String),
    Made(Made),
}

#[derive(Debug, Clone, Deserialize)]
pub enum Made {
    /// `{"$uuid": true}`: a random UUID.
    #[serde(rename = "$uuid")]
    Uuid(bool),
}

/// A step uses a variable without a value, most often because the step that captures it failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{{{0}}} has no value")]
pub struct UnknownVariable(pub String);

#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The variables of one run.
    pub fn new(declared: &BTreeMap<String, Variable>) -> Self {
        let value = |variable: &Variable| match variable {
            Variable::Text(text) => text.clone(),
            Variable::Made(Made::Uuid(_)) => uuid::Uuid::new_v4().to_string(),
        };
        Self(declared.iter().map(|(name, variable)| (name.clone(), value(variable))).collect())
    }

    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// The text with every `{name}` replaced.
    pub fn fill(&self, text: &str) -> Result<String, UnknownVariable> {
        self.fill_with(text, str::to_owned)
    }

    /// As [`Variables::fill`], with the values percent-encoded, for a URL.
    pub fn fill_url(&self, text: &str) -> Result<String, UnknownVariable> {
        self.fill_with(text, |value| url::form_urlencoded::byte_serialize(value.as_bytes()).collect())
    }

    /// A JSON value with every `{name}` in its strings and keys replaced.
    pub fn fill_json(&self, value: &Value) -> Result<Value, UnknownVariable> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.fill_json(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| Ok((self.fill(key)?, self.fill_json(value)?)))
                    .collect::<Result<_, UnknownVariable>>()?,
            ),
            other => other.clone(),
        })
    }

    fn fill_with(&self, text: &str, encode: impl Fn(&str) -> String) -> Result<String, UnknownVariable> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}').filter(|(name, _)| is_name(name)) {
                Some((name, tail)) => {
                    let value = self.0.get(name).ok_or_else(|| UnknownVariable(name.to_owned()))?;
                    filled.push_str(&encode(value));
                    rest = tail;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set("alice", "17".into());
        variables.set("mail", "a+b@contoso.example".into());
        variables
    }

    #[test]
    fn names_are_replaced_and_json_inside_text_is_left_alone() {
        for (text, filled) in [
            ("/users/{alice}.json", "/users/17.json"),
            ("{alice}{alice}", "1717"),
            (r#"{"displayName":"{alice}"}"#, r#"{"displayName":"17"}"#),
            ("{Alice} { alice } {", "{Alice} { alice } {"),
        ] {
            assert_eq!(variables().fill(text).unwrap(), filled);
        }
    }

    #[test]
    fn values_in_a_url_are_encoded() {
        assert_eq!(variables().fill_url("/Users?x=%22{mail}%22").unwrap(), "/Users?x=%22a%2Bb%40contoso.example%22");
    }

    #[test]
    fn keys_and_nested_values_are_filled() {
        let filled = variables().fill_json(&json!({"{alice}": [{"value": "{mail}"}]})).unwrap();
        assert_eq!(filled, json!({"17": [{"value": "a+b@contoso.example"}]}));
    }

    #[test]
    fn a_name_without_a_value_is_an_error() {
        assert_eq!(variables().fill("{bob}"), Err(UnknownVariable("bob".into())));
    }

    #[test]
    fn made_values_differ_from_run_to_run() {
        let declared = BTreeMap::from([("probe".to_owned(), Variable::Made(Made::Uuid(true)))]);
        let value = || Variables::new(&declared).fill("{probe}").unwrap();
        assert_ne!(value(), value());
    }
}
