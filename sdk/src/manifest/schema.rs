//! SCIM schemas in the form of RFC 7643 §7.

use super::mistake::{Mistake, Source};
use crate::FieldPath;
use serde::Deserialize;
use serde_json::Value;

/// The schemas of one resource type, as JSON.
pub(super) struct ResourceSchemas {
    pub(super) core: Value,
    pub(super) extensions: Vec<Value>,
}

/// The attributes that every resource has without its schema defining them (RFC 7643 §3.1).
const COMMON: [&str; 7] =
    ["id", "externalId", "meta", "meta.resourceType", "meta.created", "meta.lastModified", "meta.location"];

impl ResourceSchemas {
    /// Whether a path names an attribute of this resource type, ignoring case.
    pub(super) fn has(&self, path: &FieldPath) -> bool {
        let names: Vec<&str> = path.segments().iter().map(|segment| segment.name.as_str()).collect();
        let schema = match path.schema() {
            Some(urn) => std::iter::once(&self.core).chain(&self.extensions).find(|schema| is_named(schema, "id", urn)),
            None if COMMON.iter().any(|common| common.eq_ignore_ascii_case(&names.join("."))) => return true,
            None => Some(&self.core),
        };
        let Some(schema) = schema else { return false };
        let mut members = schema.get("attributes");
        names.iter().all(|name| {
            let attribute = members
                .and_then(Value::as_array)
                .and_then(|attributes| attributes.iter().find(|attribute| is_named(attribute, "name", name)));
            members = attribute.and_then(|attribute| attribute.get("subAttributes"));
            attribute.is_some()
        })
    }
}

fn is_named(value: &Value, member: &str, name: &str) -> bool {
    value.get(member).and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(name))
}

/// Checks that a file is a schema and returns its JSON unchanged.
pub(super) fn parse(source: &Source) -> Result<Value, Mistake> {
    serde_json::from_str::<Schema>(&source.text).map_err(|error| source.json(&error))?;
    serde_json::from_str(&source.text).map_err(|error| source.json(&error))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "read for their types only")]
struct Schema {
    id: Urn,
    schemas: Option<Vec<String>>,
    name: Option<String>,
    description: Option<String>,
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Urn;

impl TryFrom<String> for Urn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_urn = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
        if is_urn { Ok(Self) } else { Err(format!("`{text}` is not a URN: a schema's id must start with `urn:`")) }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "AttributeText")]
struct Attribute;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are read for their types only")]
struct AttributeText {
    name: String,
    #[serde(rename = "type")]
    kind: Type,
    multi_valued: Option<bool>,
    description: Option<String>,
    required: Option<bool>,
    canonical_values: Option<Vec<String>>,
    case_exact: Option<bool>,
    mutability: Option<Mutability>,
    returned: Option<Returned>,
    uniqueness: Option<Uniqueness>,
    reference_types: Option<Vec<String>>,
    #[serde(default)]
    sub_attributes: Vec<Attribute>,
}

impl TryFrom<AttributeText> for Attribute {
    type Error = String;

    fn try_from(text: AttributeText) -> Result<Self, String> {
        match (&text.kind, text.sub_attributes.is_empty()) {
            (Type::Complex, true) => Err(format!("`{}` is complex, so it must have `subAttributes`", text.name)),
            (Type::Complex, false) | (_, true) => Ok(Self),
            (_, false) => Err(format!("`{}` has `subAttributes`, so its type must be `complex`", text.name)),
        }
    }
}

macro_rules! words {
    ($($name:ident { $($word:ident),* })*) => { $(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        enum $name { $($word),* }
    )* };
}

words! {
    Type { String, Boolean, Decimal, Integer, DateTime, Binary, Reference, Complex }
    Mutability { ReadOnly, ReadWrite, Immutable, WriteOnly }
    Returned { Always, Never, Default, Request }
    Uniqueness { None, Server, Global }
}
