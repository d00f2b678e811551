//! Transforms convert values between the two sides of a rule.
//!
//! The built-in transforms are pure and synchronous. A transform that only one app needs belongs to its connector: the
//! host calls it through [`Transforms`].

use scim_protocol::schema::AttributeType;
use serde_json::{Number, Value};
use std::future::Future;

/// The connector's own transforms (`wit/transforms.wit`). A rule on a whole multi-valued attribute passes the array as the
/// client wrote it, even if the app stores a single value; a `default` is passed as it is in the mapping.
pub trait Transforms: Send {
    /// SCIM value to app value. `None` leaves the field alone.
    fn to_app(
        &mut self,
        name: &str,
        value: &Value,
    ) -> impl Future<Output = Result<Option<Value>, TransformFault>> + Send;

    /// App value to SCIM value. `None` means that the attribute has no value. For a multi-valued attribute a single object or
    /// scalar means an array of one element.
    fn to_scim(
        &mut self,
        name: &str,
        value: &Value,
    ) -> impl Future<Output = Result<Option<Value>, TransformFault>> + Send;

    /// Lets other work run: called about once in a millisecond of mapping.
    fn pause(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// Why a connector's transform failed: the contract's `fault`, an RFC 7644 §3.12 error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct TransformFault {
    /// 400..=599.
    pub status: u16,
    /// `invalidValue` and the like.
    pub scim_type: Option<String>,
    /// For the administrator of the identity provider.
    pub detail: String,
    /// For 429 and 503.
    pub retry_after_seconds: Option<u32>,
    /// The kind of cause, one word for the log.
    pub class: &'static str,
    /// Whether the operation used up what one may use: in smaller parts, it could succeed.
    pub exhausted: bool,
}

/// The transform that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Transform {
    BuiltIn(BuiltIn),
    Connector(String),
}

/// The transforms available to every mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    /// `true` for `false`, both ways.
    Not,
    /// A whole number in the app; the attribute's own type in SCIM.
    Integer,
    /// A string in the app; the attribute's own type in SCIM.
    String,
    /// Lower case in the app; unchanged in SCIM.
    Lowercase,
    /// Without surrounding white space in the app; unchanged in SCIM.
    Trim,
}

impl BuiltIn {
    pub(super) const NAMES: [&str; 5] = ["not", "integer", "string", "lowercase", "trim"];

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "not" => Self::Not,
            "integer" => Self::Integer,
            "string" => Self::String,
            "lowercase" => Self::Lowercase,
            "trim" => Self::Trim,
            _ => return None,
        })
    }

    /// Converts a value for the app; each element of an array is converted. The error says what the value should have been.
    pub(super) fn to_app(self, value: &Value) -> Result<Value, String> {
        if let Value::Array(elements) = value {
            return elements.iter().map(|element| self.to_app(element)).collect();
        }
        match (self, value) {
            (Self::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
            (Self::Not, other) => Err(format!("{} is not true or false", shown(other))),
            (Self::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(value.clone()),
            (Self::Integer, Value::String(text)) => text
                .trim()
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| format!("{} is not a whole number", shown(value))),
            (Self::Integer, other) => Err(format!("{} is not a whole number", shown(other))),
            (Self::String, Value::Number(_) | Value::Bool(_)) => Ok(Value::String(value.to_string())),
            (Self::Lowercase, Value::String(text)) => Ok(Value::String(text.to_lowercase())),
            (Self::Trim, Value::String(text)) => Ok(Value::String(text.trim().to_owned())),
            (Self::String, Value::String(_)) => Ok(value.clone()),
            (Self::String | Self::Lowercase | Self::Trim, other) => Err(format!("{} is not a string", shown(other))),
        }
    }

    /// Converts an app's value for SCIM, before [`fit`] adapts its type to the attribute's.
    pub(super) fn to_scim(self, value: &Value) -> Result<Value, String> {
        match self {
            Self::Not => match value {
                Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(false)),
                Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(true)),
                Value::Bool(value) => Ok(Value::Bool(!value)),
                other => Err(format!("{} is not true or false", kind_of(other))),
            },
            Self::Integer | Self::String | Self::Lowercase | Self::Trim => Ok(value.clone()),
        }
    }
}

/// Adapts a scalar of the app to the type of the SCIM attribute: apps write ids as numbers and booleans as strings. The error
/// says what the value should have been and nothing of what it is: it is about a person, and goes into the log.
pub(super) fn fit(kind: AttributeType, value: Value) -> Result<Value, String> {
    match (kind, value) {
        (AttributeType::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
        (AttributeType::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
        (AttributeType::Boolean, value @ Value::Bool(_)) => Ok(value),
        (AttributeType::Boolean, other) => Err(format!("{} is not true or false", kind_of(&other))),
        (AttributeType::Integer, Value::String(text)) => {
            text.trim().parse::<i64>().map(Value::from).map_err(|_| "a string is not a whole number".to_owned())
        }
        (AttributeType::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(Value::Number(number))
        }
        (AttributeType::Integer, other) => Err(format!("{} is not a whole number", kind_of(&other))),
        (AttributeType::Decimal, Value::String(text)) => {
            let number = text.trim().parse::<f64>().ok().and_then(Number::from_f64);
            number.map(Value::Number).ok_or_else(|| "a string is not a number".to_owned())
        }
        (AttributeType::Decimal, value @ Value::Number(_)) => Ok(value),
        (AttributeType::Decimal, other) => Err(format!("{} is not a number", kind_of(&other))),
        (AttributeType::Complex, value) => Ok(value),
        (_, value @ (Value::Number(_) | Value::Bool(_))) => Ok(Value::String(value.to_string())),
        (_, value @ Value::String(_)) => Ok(value),
        (_, other) => Err(format!("{} is not a string", kind_of(&other))),
    }
}

/// What a value is, for an error that does not quote it.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A client's value in an error message; only its kind if it is large, because it may be a whole document.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.chars().count() > 64 => "a long string".to_owned(),
        scalar => scalar.to_string(),
    }
}

/// A text in a message, cut where it is long.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn built_in_transforms_translate_or_say_what_they_expected() {
        for (name, value, expected) in [
            ("not", json!(true), Ok(json!(false))),
            ("not", json!("x"), Err("\"x\" is not true or false")),
            ("integer", json!(" 42"), Ok(json!(42))),
            ("integer", json!(42), Ok(json!(42))),
            ("integer", json!("4x"), Err("\"4x\" is not a whole number")),
            ("integer", json!(1.5), Err("1.5 is not a whole number")),
            ("integer", json!({}), Err("an object is not a whole number")),
            ("string", json!(42), Ok(json!("42"))),
            ("string", json!(true), Ok(json!("true"))),
            ("lowercase", json!("A@B"), Ok(json!("a@b"))),
            ("lowercase", json!(["A", "B"]), Ok(json!(["a", "b"]))),
            ("trim", json!(" a "), Ok(json!("a"))),
            ("trim", json!(1), Err("1 is not a string")),
        ] {
            let transform = BuiltIn::named(name).unwrap();
            assert_eq!(transform.to_app(&value), expected.map_err(str::to_owned), "{name} {value}");
        }
    }

    #[test]
    fn a_scalar_of_the_app_takes_the_type_of_the_attribute() {
        use AttributeType::{Boolean, Decimal, Integer, String};
        for (kind, value, expected) in [
            (String, json!(123), Ok(json!("123"))),
            (String, json!("a"), Ok(json!("a"))),
            (String, json!([]), Err("an array is not a string")),
            (Boolean, json!("True"), Ok(json!(true))),
            (Boolean, json!(0), Err("a number is not true or false")),
            (Integer, json!("7"), Ok(json!(7))),
            (Integer, json!(7.5), Err("a number is not a whole number")),
            (Decimal, json!("7.5"), Ok(json!(7.5))),
        ] {
            assert_eq!(fit(kind, value.clone()), expected.map_err(str::to_owned), "{value}");
        }
    }
}
