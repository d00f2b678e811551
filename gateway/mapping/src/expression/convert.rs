//! JSON values into CEL and back.

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use cel::objects::Key;
use serde_json::{Number, Value};
use std::collections::HashMap;

/// The most that an expression may read, in JSON values plus bytes of strings.
pub(super) const MAX_INPUT: usize = 256 * 1024;

/// The longest string that a function or an expression may return, in bytes.
pub(super) const MAX_STRING: usize = 64 * 1024;

/// Converts a JSON value for CEL; `None` if it exceeds what is left of the budget.
pub(super) fn to_cel<'v>(value: &'v Value, budget: &mut usize) -> Option<Box<dyn Val + 'v>> {
    let size = if let Value::String(text) = value { text.len() } else { 0 };
    *budget = budget.checked_sub(size + 1)?;
    Some(match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Box::new(CelInt::from(integer)),
            (None, Some(large)) => Box::new(CelUInt::from(large)),
            (None, None) => Box::new(CelDouble::from(number.as_f64()?)),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(elements) => {
            let elements: Option<Vec<_>> = elements.iter().map(|element| to_cel(element, budget)).collect();
            Box::new(CelList::from(elements?))
        }
        Value::Object(members) => {
            let mut map = HashMap::with_capacity(members.len());
            for (name, member) in members {
                map.insert(name.as_str().into(), to_cel(member, budget)?);
            }
            Box::new(CelMap::from(map))
        }
    })
}

/// Converts a result of CEL to JSON; `None` is null.
pub(super) fn from_cel(value: &cel::Value) -> Result<Option<Value>, String> {
    let json = |value: &cel::Value| Ok(from_cel(value)?.unwrap_or(Value::Null));
    Ok(Some(match value {
        cel::Value::Null => return Ok(None),
        cel::Value::Bool(value) => Value::Bool(*value),
        cel::Value::Int(value) => Value::from(*value),
        cel::Value::UInt(value) => Value::from(*value),
        cel::Value::Float(value) => {
            Value::Number(Number::from_f64(*value).ok_or("the result is a number that JSON cannot represent")?)
        }
        cel::Value::String(text) if text.len() > MAX_STRING => return Err("the result is too long".to_owned()),
        cel::Value::String(text) => Value::String(text.to_string()),
        cel::Value::List(elements) => Value::Array(elements.iter().map(json).collect::<Result<_, String>>()?),
        cel::Value::Map(map) => {
            let members = map.map.iter().map(|(key, member)| {
                let Key::String(name) = key else { return Err("the result has keys that are not strings".to_owned()) };
                Ok((name.to_string(), json(member)?))
            });
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        _ => return Err("the result is neither a JSON value nor null".to_owned()),
    }))
}
