//! Requests that were garbled on their way: how a value is written, and what becomes of it.

use serde_json::{Map, Value, json};

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// In a new resource.
    Post,
    /// In a whole resource.
    Put,
    /// By an operation with a path.
    Add,
    /// By an operation whose value names the attribute.
    AddWithoutPath,
    /// By an operation with a path.
    Replace,
    /// By an operation whose value names the attribute.
    ReplaceWithoutPath,
    /// By an operation with a path.
    Remove,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Post, Self::Put, Self::Add, Self::AddWithoutPath, Self::Replace, Self::ReplaceWithoutPath, Self::Remove];
}

/// What becomes of a value on its way.
#[derive(Debug, Clone)]
pub enum Garbling {
    /// A key of the first object gets another name.
    Rename(usize, &'static str),
    /// The name of a key in another case.
    Case(usize),
    /// The value in an object of its own.
    Nest(&'static str),
    /// The value in an array of its own.
    Wrap,
    /// An element becomes something else.
    Element(usize, Value),
    /// All of it becomes something else.
    Whole(Value),
}

impl Garbling {
    /// What becomes of the value.
    #[must_use]
    pub fn of(&self, value: &Value) -> Value {
        let mut value = value.clone();
        match self {
            Self::Rename(at, name) => rename(&mut value, *at, |_| (*name).to_owned()),
            Self::Case(at) => rename(&mut value, *at, str::to_uppercase),
            Self::Nest(name) => value = json!({ (*name): value }),
            Self::Wrap => value = json!([value]),
            Self::Element(at, other) => replace_element(&mut value, *at, other.clone()),
            Self::Whole(other) => value = other.clone(),
        }
        value
    }

    /// What the value was replaced by, or a part of it.
    #[must_use]
    pub const fn replacement(&self) -> Option<&Value> {
        match self {
            Self::Element(_, other) | Self::Whole(other) => Some(other),
            _ => None,
        }
    }
}

/// Replaces an element of a list, or a value that is no list.
pub fn replace_element(value: &mut Value, at: usize, by: Value) {
    match value {
        Value::Array(items) => {
            let length = items.len().max(1);
            items.get_mut(at % length).into_iter().for_each(|item| *item = by.clone());
        }
        single => *single = by,
    }
}

fn rename(value: &mut Value, at: usize, to: impl Fn(&str) -> String) {
    let object = match value {
        Value::Array(items) => items.first_mut().and_then(Value::as_object_mut),
        single => single.as_object_mut(),
    };
    let Some(object) = object else { return };
    let Some(key) = object.keys().nth(at % object.len().max(1)).cloned() else { return };
    let renamed: Map<String, Value> =
        std::mem::take(object).into_iter().map(|(k, v)| if k == key { (to(&k), v) } else { (k, v) }).collect();
    *object = renamed;
}

/// How many values there are.
#[must_use]
pub fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(object) => object.values().map(size).sum(),
        Value::Null => 0,
        _ => 1,
    }
}
