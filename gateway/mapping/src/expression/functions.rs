//! The functions that expressions have besides CEL's own. `coalesce` is not among them: it must not evaluate what it does not
//! need, so `inspect` rewrites it.

use super::convert::MAX_STRING;
use cel::extractors::This;
use cel::{Context, ExecutionError, Value};
use std::sync::Arc;

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

/// Adds our functions. This could fail only if a name were an overload of the standard library.
pub(super) fn add_to(context: &mut Context<'_, '_>) {
    let added = [
        context.add_function("lower", |This(text): This<Value>| each("lower", text, |text| text.to_lowercase())),
        context.add_function("upper", |This(text): This<Value>| each("upper", text, |text| text.to_uppercase())),
        context.add_function("trim", |This(text): This<Value>| each("trim", text, |text| text.trim().to_owned())),
        context.add_function("replace", |This(text): This<Value>, from: Arc<String>, to: Arc<String>| {
            replace(text, &from, &to)
        }),
        context.add_function("join", |This(list): This<Value>, separator: Arc<String>| join(&list, &separator)),
    ];
    debug_assert!(added.iter().all(Result::is_ok), "a function of the standard library has this name");
}

/// Applies a function to a string; null stays null.
fn each(function: &str, value: Value, with: impl FnOnce(&str) -> String) -> Result<Value, ExecutionError> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::String(text) => bounded(function, with(&text)),
        _ => Err(ExecutionError::function_error(function, "expected a string")),
    }
}

/// `replace(text, from, to)`; null stays null.
fn replace(value: Value, from: &str, to: &str) -> Result<Value, ExecutionError> {
    let Value::String(text) = &value else { return each("replace", value, str::to_owned) };
    if from.is_empty() {
        return Err(ExecutionError::function_error("replace", "the text to replace is empty"));
    }
    // The length is computed before the text is built, because a replacement can multiply it.
    let hits = text.matches(from).count();
    if text.len().saturating_add(hits.saturating_mul(to.len())) > MAX_STRING {
        return Err(ExecutionError::function_error("replace", "the result is too long"));
    }
    bounded("replace", text.replace(from, to))
}

/// `join(list, separator)` of the values that are neither null nor empty; null if there are none.
fn join(list: &Value, separator: &str) -> Result<Value, ExecutionError> {
    let Value::List(parts) = list else {
        return match list {
            Value::Null => Ok(Value::Null),
            _ => Err(ExecutionError::function_error("join", "expected a list")),
        };
    };
    let mut joined = String::new();
    for part in parts.iter() {
        let text = match part {
            Value::Null => continue,
            Value::String(text) if text.is_empty() => continue,
            Value::String(text) => text,
            _ => return Err(ExecutionError::function_error("join", "expected a list of strings")),
        };
        if !joined.is_empty() {
            joined.push_str(separator);
        }
        joined.push_str(text);
        if joined.len() > MAX_STRING {
            return Err(ExecutionError::function_error("join", "the result is too long"));
        }
    }
    Ok(if joined.is_empty() { Value::Null } else { Value::String(joined.into()) })
}

fn bounded(function: &str, text: String) -> Result<Value, ExecutionError> {
    if text.len() > MAX_STRING {
        return Err(ExecutionError::function_error(function, "the result is too long"));
    }
    Ok(Value::String(text.into()))
}
