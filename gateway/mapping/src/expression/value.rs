//! The values of an evaluation. They borrow from the inputs and from the expression; what is made is shared, never copied.

use super::fault::{Fault, MISMATCH};
use super::meter::Meter;
use crate::budget::steps_of_text;
use scim_protocol::Object;
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

/// The longest string that a function or an expression may return, in bytes.
pub(super) const MAX_STRING: usize = 64 * 1024;

/// A CEL value.
#[derive(Debug, Clone)]
pub(super) enum Val<'v> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Double(f64),
    Text(Text<'v>),
    Bytes(&'v [u8]),
    List(List<'v>),
    Map(Map<'v>),
}

#[derive(Debug, Clone)]
pub(super) enum Text<'v> {
    Given(&'v str),
    Made(Rc<str>),
}

#[derive(Debug, Clone)]
pub(super) enum List<'v> {
    Given(&'v [Value]),
    Made(Rc<Vec<Val<'v>>>),
}

#[derive(Debug, Clone)]
pub(super) enum Map<'v> {
    Given(&'v Object),
    Made(Rc<BTreeMap<Key, Val<'v>>>),
}

/// The key of a map that an expression makes. A number is the same key whatever its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Bool(bool),
    Number(i128),
    Text(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Given(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl<'v> From<&'v Value> for Val<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(integer), _) => Self::Int(integer),
                (None, Some(large)) => Self::UInt(large),
                (None, None) => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Self::Text(Text::Given(text)),
            Value::Array(elements) => Self::List(List::Given(elements)),
            Value::Object(members) => Self::Map(Map::Given(members)),
        }
    }
}

impl<'v> List<'v> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Given(elements) => elements.len(),
            Self::Made(elements) => elements.len(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<Val<'v>> {
        match self {
            Self::Given(elements) => elements.get(index).map(Val::from),
            Self::Made(elements) => elements.get(index).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Val<'v>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'v> Map<'v> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Given(members) => members.len(),
            Self::Made(members) => members.len(),
        }
    }

    pub(super) fn get(&self, key: &Val<'v>) -> Option<Val<'v>> {
        match (self, key) {
            (Self::Given(members), Val::Text(name)) => members.get(&**name).map(Val::from),
            (Self::Given(_), _) => None,
            (Self::Made(members), key) => members.get(&Key::lookup(key)?).cloned(),
        }
    }

    pub(super) fn keys(&self) -> Vec<Val<'v>> {
        match self {
            Self::Given(members) => members.keys().map(|name| Val::Text(Text::Given(name))).collect(),
            Self::Made(members) => members.keys().map(Key::as_val).collect(),
        }
    }
}

impl Key {
    /// The key of a new entry; a double is none.
    pub(super) fn new(value: &Val<'_>) -> Option<Self> {
        if matches!(value, Val::Double(_)) { None } else { Self::lookup(value) }
    }

    /// The key that a value finds: a whole double finds the integer.
    #[allow(clippy::cast_possible_truncation, reason = "only whole numbers within the range are cast")]
    fn lookup(value: &Val<'_>) -> Option<Self> {
        match value {
            Val::Bool(value) => Some(Self::Bool(*value)),
            Val::Int(value) => Some(Self::Number(i128::from(*value))),
            Val::UInt(value) => Some(Self::Number(i128::from(*value))),
            Val::Double(value) if value.fract() == 0.0 && value.abs() < 1.8e19 => Some(Self::Number(*value as i128)),
            Val::Text(Text::Made(text)) => Some(Self::Text(Rc::clone(text))),
            Val::Text(Text::Given(text)) => Some(Self::Text(Rc::from(*text))),
            _ => None,
        }
    }

    fn as_val<'v>(&self) -> Val<'v> {
        match self {
            Self::Bool(value) => Val::Bool(*value),
            Self::Number(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(value), _) => Val::Int(value),
                (_, Ok(value)) => Val::UInt(value),
                _ => Val::Null,
            },
            Self::Text(text) => Val::Text(Text::Made(Rc::clone(text))),
        }
    }
}

/// Whether two values are equal, as CEL has it: numbers by their value, lists and maps by their elements.
pub(super) fn equal<'v>(one: &Val<'v>, other: &Val<'v>, meter: &mut Meter<'_>) -> Result<bool, Fault> {
    meter.step(1)?;
    Ok(match (one, other) {
        (Val::Null, Val::Null) => true,
        (Val::Text(one), Val::Text(other)) => {
            one.len() == other.len() && {
                meter.step(steps_of_text(one.len()))?;
                **one == **other
            }
        }
        (Val::List(one), Val::List(other)) => {
            if one.len() != other.len() {
                return Ok(false);
            }
            for (one, other) in one.iter().zip(other.iter()) {
                if !equal(&one, &other, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        (Val::Map(one), Val::Map(other)) => {
            if one.len() != other.len() {
                return Ok(false);
            }
            for key in one.keys() {
                meter.step(4)?;
                let (Some(one), Some(other)) = (one.get(&key), other.get(&key)) else { return Ok(false) };
                if !equal(&one, &other, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => compare(one, other, meter).is_ok_and(|order| order == Ordering::Equal),
    })
}

/// The order of two values that have one.
#[allow(clippy::cast_precision_loss, reason = "CEL compares integers with doubles as doubles")]
pub(super) fn compare(one: &Val<'_>, other: &Val<'_>, meter: &mut Meter<'_>) -> Result<Ordering, Fault> {
    let order = match (one, other) {
        (Val::Bool(one), Val::Bool(other)) => Some(one.cmp(other)),
        (Val::Int(one), Val::Int(other)) => Some(one.cmp(other)),
        (Val::UInt(one), Val::UInt(other)) => Some(one.cmp(other)),
        (Val::Int(one), Val::UInt(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Val::UInt(one), Val::Int(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Val::Double(one), Val::Double(other)) => one.partial_cmp(other),
        (Val::Double(one), Val::Int(other)) => one.partial_cmp(&(*other as f64)),
        (Val::Double(one), Val::UInt(other)) => one.partial_cmp(&(*other as f64)),
        (Val::Int(one), Val::Double(other)) => (*one as f64).partial_cmp(other),
        (Val::UInt(one), Val::Double(other)) => (*one as f64).partial_cmp(other),
        (Val::Text(one), Val::Text(other)) => {
            meter.step(steps_of_text(one.len().min(other.len())))?;
            Some((**one).cmp(&**other))
        }
        (Val::Bytes(one), Val::Bytes(other)) => Some(one.cmp(other)),
        _ => None,
    };
    order.ok_or(Fault::Failed(MISMATCH))
}

/// Converts a result to JSON. Parts of the inputs are copied, and charged.
pub(super) fn to_json(value: &Val<'_>, meter: &mut Meter<'_>) -> Result<Value, Fault> {
    meter.make(64)?;
    Ok(match value {
        Val::Null => Value::Null,
        Val::Bool(value) => Value::Bool(*value),
        Val::Int(value) => Value::from(*value),
        Val::UInt(value) => Value::from(*value),
        Val::Double(value) => Value::Number(
            Number::from_f64(*value).ok_or(Fault::Failed("the result is a number that JSON cannot represent"))?,
        ),
        Val::Text(text) if text.len() > MAX_STRING => return Err(Fault::Failed("the result is too long")),
        Val::Text(text) => {
            meter.make(text.len())?;
            Value::String((**text).to_owned())
        }
        Val::Bytes(_) => return Err(Fault::Failed("the result is neither a JSON value nor null")),
        Val::List(elements) => {
            Value::Array(elements.iter().map(|element| to_json(&element, meter)).collect::<Result<_, _>>()?)
        }
        Val::Map(Map::Given(members)) => {
            let mut made = Object::new();
            for (name, member) in *members {
                meter.make(64 + name.len())?;
                made.insert(name.clone(), to_json(&Val::from(member), meter)?);
            }
            Value::Object(made)
        }
        Val::Map(Map::Made(members)) => {
            let mut made = Object::new();
            for (key, member) in members.iter() {
                let Key::Text(name) = key else {
                    return Err(Fault::Failed("the result has keys that are not strings"));
                };
                meter.make(64 + name.len())?;
                made.insert(name.to_string(), to_json(member, meter)?);
            }
            Value::Object(made)
        }
    })
}

/// Text that an operation makes of others; charged before it is made.
pub(super) fn made<'v>(text: Cow<'_, str>) -> Val<'v> {
    Val::Text(Text::Made(Rc::from(text)))
}
