//! The functions that expressions may call: CEL's own and ours. `coalesce` and `has` are not among them: they must not evaluate
//! what they do not need, so `inspect` rewrites them.

use super::fault::{Fault, MISMATCH};
use super::meter::Meter;
use super::value::{MAX_STRING, Text, Val, made};
use crate::budget::steps_of_text;
use std::borrow::Cow;

/// Every function that an expression may call, for the check at load.
pub(super) const NAMES: [&str; 16] = [
    "coalesce",
    "join",
    "lower",
    "upper",
    "trim",
    "replace", // ours
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "has",
];

const TOO_LONG: &str = "the result is too long";

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Join,
    Lower,
    Upper,
    Trim,
    Replace,
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Int,
    UInt,
    Double,
    String,
    Bool,
}

impl Function {
    /// The function of that name, called as `value.name(…)` or `name(value, …)` with so many arguments, the value included.
    pub(super) fn named(name: &str, is_member: bool, arguments: usize) -> Result<Self, String> {
        // Whether it is called on a value, alone, or either; and the arguments.
        let (function, member, expected) = match name {
            "join" => (Self::Join, None, 2),
            "lower" => (Self::Lower, None, 1),
            "upper" => (Self::Upper, None, 1),
            "trim" => (Self::Trim, None, 1),
            "replace" => (Self::Replace, None, 3),
            "size" => (Self::Size, None, 1),
            "contains" => (Self::Contains, Some(true), 2),
            "startsWith" => (Self::StartsWith, Some(true), 2),
            "endsWith" => (Self::EndsWith, Some(true), 2),
            "int" => (Self::Int, Some(false), 1),
            "uint" => (Self::UInt, Some(false), 1),
            "double" => (Self::Double, Some(false), 1),
            "string" => (Self::String, Some(false), 1),
            "bool" => (Self::Bool, Some(false), 1),
            _ => return Err(format!("`{name}` cannot be called like this")),
        };
        match member {
            Some(true) if !is_member => Err(format!("write `{name}` after its value, as in `value.{name}(other)`")),
            Some(false) if is_member => Err(format!("write `{name}` before its value, as in `{name}(value)`")),
            _ if arguments != expected => {
                let expected = expected - usize::from(is_member);
                Err(format!("`{name}` takes {expected} arguments here"))
            }
            _ => Ok(function),
        }
    }

    pub(super) fn call<'v>(self, args: &[Val<'v>], meter: &mut Meter<'_>) -> Result<Val<'v>, Fault> {
        match (self, args) {
            (Self::Lower, [value]) => each("lower", value, meter, |text| text.to_lowercase().into()),
            (Self::Upper, [value]) => each("upper", value, meter, |text| text.to_uppercase().into()),
            (Self::Trim, [value]) => each("trim", value, meter, |text| text.trim().into()),
            (Self::Replace, [value, from, to]) => replace(value, from, to, meter),
            (Self::Join, [list, Val::Text(separator)]) => join(list, separator, meter),
            (Self::Size, [value]) => size(value, meter),
            (Self::Contains, [Val::Text(one), Val::Text(other)]) => {
                meter.step(2 * steps_of_text(one.len() + other.len()))?;
                Ok(Val::Bool(one.contains(&**other)))
            }
            (Self::StartsWith, [Val::Text(one), Val::Text(other)]) => {
                meter.step(steps_of_text(other.len()))?;
                Ok(Val::Bool(one.starts_with(&**other)))
            }
            (Self::EndsWith, [Val::Text(one), Val::Text(other)]) => {
                meter.step(steps_of_text(other.len()))?;
                Ok(Val::Bool(one.ends_with(&**other)))
            }
            (function, [value]) => {
                if let Val::Text(text) = value {
                    meter.step(2 * steps_of_text(text.len()))?;
                }
                meter.make(64)?;
                function.convert(value)
            }
            _ => Err(Fault::Failed(MISMATCH)),
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "CEL's conversions, whose ranges are checked before"
    )]
    fn convert<'v>(self, value: &Val<'v>) -> Result<Val<'v>, Fault> {
        let overflow = |function| Err(Fault::Function(function, "the number is too large"));
        let no_number = |function| Fault::Function(function, "the text is not a number");
        match (self, value) {
            (Self::Int, Val::Int(_))
            | (Self::UInt, Val::UInt(_))
            | (Self::Double, Val::Double(_))
            | (Self::String, Val::Text(_))
            | (Self::Bool, Val::Bool(_)) => Ok(value.clone()),
            (Self::Int, Val::UInt(value)) => {
                i64::try_from(*value).map_or_else(|_| overflow("int"), |value| Ok(Val::Int(value)))
            }
            (Self::Int, Val::Double(value)) if *value > i64::MIN as f64 && *value < i64::MAX as f64 => {
                Ok(Val::Int(*value as i64))
            }
            (Self::Int, Val::Double(_)) => overflow("int"),
            (Self::Int, Val::Text(text)) => text.parse().map(Val::Int).map_err(|_| no_number("int")),
            (Self::UInt, Val::Int(value)) => {
                u64::try_from(*value).map_or_else(|_| overflow("uint"), |value| Ok(Val::UInt(value)))
            }
            (Self::UInt, Val::Double(value)) if *value >= 0.0 && *value < u64::MAX as f64 => {
                Ok(Val::UInt(*value as u64))
            }
            (Self::UInt, Val::Double(_)) => overflow("uint"),
            (Self::UInt, Val::Text(text)) => text.parse().map(Val::UInt).map_err(|_| no_number("uint")),
            (Self::Double, Val::Int(value)) => Ok(Val::Double(*value as f64)),
            (Self::Double, Val::UInt(value)) => Ok(Val::Double(*value as f64)),
            (Self::Double, Val::Text(text)) => text.parse().map(Val::Double).map_err(|_| no_number("double")),
            (Self::String, Val::Bool(value)) => Ok(made(value.to_string().into())),
            (Self::String, Val::Int(value)) => Ok(made(value.to_string().into())),
            (Self::String, Val::UInt(value)) => Ok(made(value.to_string().into())),
            (Self::String, Val::Double(value)) => Ok(made(value.to_string().into())),
            (Self::String, Val::Bytes(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Val::Text(Text::Given(text))),
                Err(_) => Err(Fault::Function("string", "the bytes are not UTF-8")),
            },
            (Self::Bool, Val::Text(text)) => match &**text {
                "1" | "t" | "true" | "TRUE" | "True" => Ok(Val::Bool(true)),
                "0" | "f" | "false" | "FALSE" | "False" => Ok(Val::Bool(false)),
                _ => Err(Fault::Function("bool", "the text is not a boolean")),
            },
            _ => Err(Fault::Failed(MISMATCH)),
        }
    }
}

/// Applies a function to a string; null stays null.
fn each<'v>(
    function: &'static str,
    value: &Val<'v>,
    meter: &mut Meter<'_>,
    with: impl FnOnce(&str) -> Cow<'_, str>,
) -> Result<Val<'v>, Fault> {
    match value {
        Val::Null => Ok(Val::Null),
        Val::Text(text) => {
            // Another case can take three times the bytes.
            meter.make(3 * text.len())?;
            let text = with(text);
            if text.len() > MAX_STRING { Err(Fault::Function(function, TOO_LONG)) } else { Ok(made(text)) }
        }
        _ => Err(Fault::Function(function, "expected a string")),
    }
}

/// `replace(text, from, to)`; null stays null.
fn replace<'v>(value: &Val<'v>, from: &Val<'v>, to: &Val<'v>, meter: &mut Meter<'_>) -> Result<Val<'v>, Fault> {
    let (Val::Text(from), Val::Text(to)) = (from, to) else { return Err(Fault::Failed(MISMATCH)) };
    let text = match value {
        Val::Null => return Ok(Val::Null),
        Val::Text(text) => text,
        _ => return Err(Fault::Function("replace", "expected a string")),
    };
    if from.is_empty() {
        return Err(Fault::Function("replace", "the text to replace is empty"));
    }
    // The length is computed before the text is built, because a replacement can multiply it.
    meter.step(2 * steps_of_text(text.len() + from.len()))?;
    let hits = text.matches(&**from).count();
    let length = text.len().saturating_add(hits.saturating_mul(to.len()));
    if length > MAX_STRING {
        return Err(Fault::Function("replace", TOO_LONG));
    }
    meter.make(2 * length)?;
    Ok(made(text.replace(&**from, to).into()))
}

/// `join(list, separator)` of the values that are neither null nor empty; null if there are none.
fn join<'v>(list: &Val<'v>, separator: &str, meter: &mut Meter<'_>) -> Result<Val<'v>, Fault> {
    let parts = match list {
        Val::Null => return Ok(Val::Null),
        Val::List(parts) => parts,
        _ => return Err(Fault::Function("join", "expected a list")),
    };
    let mut joined = String::new();
    for part in parts.iter() {
        meter.step(1)?;
        let text = match &part {
            Val::Null => continue,
            Val::Text(text) if text.is_empty() => continue,
            Val::Text(text) => text,
            _ => return Err(Fault::Function("join", "expected a list of strings")),
        };
        let more = if joined.is_empty() { "" } else { separator };
        if joined.len() + more.len() + text.len() > MAX_STRING {
            return Err(Fault::Function("join", TOO_LONG));
        }
        // A growing text is copied now and then, and once more at the end.
        meter.make(3 * (more.len() + text.len()))?;
        joined.push_str(more);
        joined.push_str(text);
    }
    Ok(if joined.is_empty() { Val::Null } else { made(joined.into()) })
}

fn size<'v>(value: &Val<'v>, meter: &mut Meter<'_>) -> Result<Val<'v>, Fault> {
    let size = match value {
        Val::Text(text) => {
            meter.step(steps_of_text(text.len()))?;
            text.chars().count()
        }
        Val::Bytes(bytes) => bytes.len(),
        Val::List(elements) => elements.len(),
        Val::Map(members) => members.len(),
        _ => return Err(Fault::Failed(MISMATCH)),
    };
    Ok(Val::Int(i64::try_from(size).unwrap_or(i64::MAX)))
}
