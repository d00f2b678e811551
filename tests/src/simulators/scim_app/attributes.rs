//! The attributes that an app has, as data, and how they are read from and written to SCIM documents.

use super::error::invalid_value;
use crate::simulators::control::Answer;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fmt};

/// Where an attribute stands in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::simulators) enum Place {
    /// `userName`
    Top(&'static str),
    /// `name.givenName`
    Sub(&'static str, &'static str),
    /// `emails[type eq "work"].value`
    Work(&'static str, &'static str),
    /// `urn:…:User:department`
    Extension(&'static str, &'static str),
}

/// The enterprise extension of RFC 7643 §4.3.
pub(in crate::simulators) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(super) const USER_NAME: Place = Place::Top("userName");
pub(super) const DISPLAY_NAME: Place = Place::Top("displayName");
pub(super) const ACTIVE: Place = Place::Top("active");

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulators) enum Kind {
    Text,
    Boolean,
    /// The id of a user: written as `{"value": id}` or as the bare id, read as the former.
    Reference,
}

/// One attribute that the app has.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulators) struct Attribute(pub(in crate::simulators) Place, pub(in crate::simulators) Kind);

/// What a resource holds.
pub(in crate::simulators) type Values = BTreeMap<Place, Value>;

/// What a document says: nothing means that the attribute is cleared.
pub(super) type Written = BTreeMap<Place, Option<Value>>;

impl Place {
    /// The attribute of the document that holds it.
    pub(super) const fn container(&self) -> &'static str {
        match self {
            Self::Top(name) | Self::Sub(name, _) | Self::Work(name, _) | Self::Extension(name, _) => name,
        }
    }

    fn find(self, document: &Map<String, Value>) -> Option<&Value> {
        let held = get(document, self.container())?;
        match self {
            Self::Top(_) => Some(held),
            Self::Sub(_, name) | Self::Extension(_, name) => get(held.as_object()?, name),
            Self::Work(_, name) => get(held.as_array()?.iter().find_map(work_element)?, name),
        }
    }

    fn put(self, document: &mut Map<String, Value>, value: Value) {
        let held = document.entry(self.container());
        match self {
            Self::Top(_) => {
                held.or_insert(value);
            }
            Self::Sub(_, name) | Self::Extension(_, name) => {
                if let Some(fields) = held.or_insert_with(|| json!({})).as_object_mut() {
                    fields.insert(name.to_owned(), value);
                }
            }
            Self::Work(_, name) => {
                let elements = held.or_insert_with(|| json!([{ "type": "work", "primary": true }]));
                if let Some(fields) = elements.get_mut(0).and_then(Value::as_object_mut) {
                    fields.insert(name.to_owned(), value);
                }
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top(name) => f.write_str(name),
            Self::Sub(name, sub) => write!(f, "{name}.{sub}"),
            Self::Work(name, sub) => write!(f, "{name}[type eq \"work\"].{sub}"),
            Self::Extension(urn, name) => write!(f, "{urn}:{name}"),
        }
    }
}

impl Attribute {
    /// The value as the attribute holds it; null and `""` clear it. A boolean in a string is no boolean.
    pub(super) fn typed(&self, value: &Value) -> Result<Option<Value>, Answer> {
        let Self(place, kind) = self;
        match (kind, value) {
            (_, Value::Null) => Ok(None),
            (Kind::Text | Kind::Reference, Value::String(text)) => {
                Ok(Some(text).filter(|text| !text.is_empty()).map(|text| json!(text)))
            }
            (Kind::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
            (Kind::Reference, Value::Object(fields)) if get(fields, "value").is_some_and(Value::is_string) => {
                Ok(get(fields, "value").cloned())
            }
            _ => Err(invalid_value(&format!("`{place}` cannot be {value}"))),
        }
    }
}

/// What the document says of the app's attributes; others are passed over.
pub(super) fn written(attributes: &[Attribute], document: &Map<String, Value>) -> Result<Written, Answer> {
    let mut written = Written::new();
    for attribute in attributes {
        if let Some(value) = attribute.0.find(document) {
            written.insert(attribute.0, attribute.typed(value)?);
        }
    }
    Ok(written)
}

/// Puts what a resource holds into a document.
pub(super) fn shown(attributes: &[Attribute], values: &Values, document: &mut Map<String, Value>) {
    for Attribute(place, kind) in attributes {
        if let Some(value) = values.get(place) {
            let value = if *kind == Kind::Reference { json!({ "value": value }) } else { value.clone() };
            place.put(document, value);
        }
    }
}

/// Attribute names are case-insensitive (RFC 7643 §2.1).
pub(super) fn get<'a>(document: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    document.iter().find(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn work_element(element: &Value) -> Option<&Map<String, Value>> {
    let fields = element.as_object()?;
    let is_work = get(fields, "type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("work"));
    is_work.then_some(fields)
}
