//! Gives one attribute's value the names of its schema, and tells a value without content from one that was not understood
//! (ARCHITECTURE.md, law 11).
//!
//! Three things look alike afterwards and mean different things: a value that the client left empty, a value in attributes of
//! RFC 7643 that this resource type does not support, and a value under names that nobody knows. The first is empty, the second is
//! ignored and listed, the third is refused: acting on it as if it were empty would delete what the client meant to write.

use crate::error::Error;
use crate::ignored::note;
use crate::object::Object;
use crate::schema::Attribute;
use serde_json::Value;

/// The attribute to which a value belongs.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    /// The attribute as the resource type has it.
    pub(crate) attribute: &'a Attribute,
    /// The same attribute as RFC 7643 has it, if it does.
    pub(crate) standard: Option<&'a Attribute>,
    /// For messages.
    pub(crate) path: &'a str,
}

/// A value with canonical names.
#[derive(Debug)]
pub(crate) enum Tidied {
    /// A value that is not empty, or an empty array of a multi-valued attribute.
    Value(Value),
    /// The client sent `null`, or nothing but `null`.
    Unassigned,
    /// All that the client sent is in attributes of RFC 7643 that the resource type does not support; they are listed.
    Unsupported,
}

/// How many unknown names an error repeats, and how many characters of each.
const SHOWN: (usize, usize) = (3, 40);

/// The value with canonical names.
///
/// # Errors
/// 400 `invalidValue` if what was not empty as sent would be empty.
pub(crate) fn tidy(shape: &Shape<'_>, value: Value, ignored: &mut Vec<String>) -> Result<Tidied, Error> {
    match value {
        Value::Null => Ok(Tidied::Unassigned),
        Value::Array(items) => array(shape, items, ignored),
        Value::Object(object) if shape.attribute.is_complex() => complex(shape, object, ignored),
        simple => Ok(Tidied::Value(simple)),
    }
}

fn array(shape: &Shape<'_>, items: Vec<Value>, ignored: &mut Vec<String>) -> Result<Tidied, Error> {
    let sent = items.len();
    let (mut kept, mut unsupported) = (Vec::with_capacity(sent), false);
    for item in items {
        match tidy(shape, item, ignored)? {
            Tidied::Value(item) => kept.push(item),
            Tidied::Unassigned => {}
            Tidied::Unsupported => unsupported = true,
        }
    }
    if !kept.is_empty() || (sent == 0 && shape.attribute.multi_valued) {
        return Ok(Tidied::Value(Value::Array(kept)));
    }
    match sent {
        0 => Ok(Tidied::Unassigned),
        _ if unsupported => Ok(Tidied::Unsupported),
        _ => Err(Error::invalid_value(format!(
            "'{}': the list is not empty, but none of its elements has a value; send [] for no values",
            shape.path
        ))),
    }
}

fn complex(shape: &Shape<'_>, object: Object, ignored: &mut Vec<String>) -> Result<Tidied, Error> {
    let Shape { attribute, standard, path } = *shape;
    let mut kept = Object::with_capacity(object.len());
    let (mut unsupported, mut unknown) = (false, Vec::new());
    for (key, value) in object {
        let known = standard.and_then(|standard| standard.sub(&key));
        let Some(sub) = attribute.sub(&key) else {
            note(ignored, || format!("{path}.{key}"));
            match known {
                _ if is_empty(&value) => {}
                Some(_) => unsupported = true,
                None => unknown.push(key),
            }
            continue;
        };
        match tidy(&Shape { attribute: sub, standard: known, path: &format!("{path}.{}", sub.name) }, value, ignored)? {
            Tidied::Value(value) => drop(kept.insert(sub.name.clone(), value)),
            Tidied::Unassigned => {}
            Tidied::Unsupported => unsupported = true,
        }
    }
    if !unknown.is_empty() && !has_content(attribute, &kept) {
        return Err(not_understood(attribute, path, &unknown));
    }
    Ok(match kept.is_empty() {
        false => Tidied::Value(Value::Object(kept)),
        true if unsupported => Tidied::Unsupported,
        true => Tidied::Unassigned,
    })
}

/// Whether a value says something besides what kind of value it is. A reference says nothing without the id.
fn has_content(attribute: &Attribute, value: &Object) -> bool {
    const DESCRIBING: [&str; 4] = ["type", "primary", "display", "$ref"];
    match attribute.refers() && attribute.sub("value").is_some() {
        true => value.contains_key("value"),
        false => value.keys().any(|name| !DESCRIBING.contains(&name.as_str())),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(object) => object.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn not_understood(attribute: &Attribute, path: &str, unknown: &[String]) -> Error {
    let (most, length) = SHOWN;
    let shown = |name: &String| format!("'{}'", name.chars().take(length).collect::<String>());
    let unknown: Vec<String> = unknown.iter().take(most).map(shown).collect();
    let known: Vec<&str> = attribute.sub_attributes.iter().map(|sub| sub.name.as_str()).collect();
    Error::invalid_value(format!(
        "'{path}' has no sub-attribute {}, and nothing else in the value says what it is; it has {}",
        unknown.join(", "),
        known.join(", ")
    ))
}
