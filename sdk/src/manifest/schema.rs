//! SCIM schemas in the form of RFC 7643 §7.

use super::mistake::{Mistake, Source};
use serde::Deserialize;
use serde_json::Value;

/// The schemas of one resource type, as JSON.
pub(super) struct ResourceSchemas {
    pub(super) core: Value,
    pub(super) extensions: Vec<Value>,
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
