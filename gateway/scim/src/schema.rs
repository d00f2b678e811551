//! Schemas and attributes as data: RFC 7643 §2.2 (characteristics), §7 (their JSON form).
//!
//! A connector's descriptor brings its own schemas, so nothing here knows a particular attribute. The core schemas
//! are data files, parsed once.

use serde::{Deserialize, Serialize};

pub mod core;

/// The attributes of one kind of resource, or of one extension.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The schema's URN.
    pub id: String,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// In the order in which they are published.
    pub attributes: Vec<Attribute>,
}

/// One attribute or sub-attribute. Keys that are missing in JSON have the RFC's defaults (RFC 7643 §2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name, in the case in which it is answered.
    pub name: String,
    /// The data type; `type` in JSON.
    #[serde(rename = "type", default)]
    pub kind: AttributeType,
    /// Whether it is an array.
    #[serde(default)]
    pub multi_valued: bool,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Whether a resource must have it.
    #[serde(default)]
    pub required: bool,
    /// The values that are usual. Advice, never a reason to refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether strings that differ in case only are different; see [`Attribute::is_case_exact`].
    #[serde(default)]
    pub case_exact: bool,
    /// Who may change it, and when.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it is part of an answer.
    #[serde(default)]
    pub returned: Returned,
    /// Where its values are unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// What a reference may point at: resource type names, `external` or `uri`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Attribute>,
}

/// A data type of RFC 7643 §2.3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number, perhaps with a fraction.
    Decimal,
    /// A number without a fraction.
    Integer,
    /// An instant, as an XML Schema `dateTime` string.
    DateTime,
    /// A URI, as a string.
    Reference,
    /// Bytes, as a base64 string.
    Binary,
    /// An object of sub-attributes.
    Complex,
}

/// Who may change an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// The server only.
    ReadOnly,
    /// The client, at any time.
    #[default]
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, who never sees it again.
    WriteOnly,
}

/// When an attribute is part of an answer (RFC 7643 §7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Whatever the client asks for.
    Always,
    /// Never.
    Never,
    /// Unless the client asks for other attributes only, or excludes it.
    #[default]
    Default,
    /// When the client names it.
    Request,
}

/// Where an attribute's values are unique (RFC 7643 §7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Nowhere.
    #[default]
    None,
    /// Among the resources of one endpoint or tenant.
    Server,
    /// Everywhere.
    Global,
}

impl Schema {
    /// The attribute of that name, in any case (RFC 7643 §2.1).
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        named(&self.attributes, name)
    }
}

impl Attribute {
    /// The sub-attribute of that name, in any case.
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.sub_attributes, name)
    }

    /// Whether its strings are compared with their case. Binary values and references always are (RFC 7643 §2.3.6, §2.3.7).
    pub fn is_case_exact(&self) -> bool {
        self.case_exact || matches!(self.kind, AttributeType::Binary | AttributeType::Reference)
    }

    /// Whether it has sub-attributes.
    pub fn is_complex(&self) -> bool {
        self.kind == AttributeType::Complex
    }

    /// Whether its values point at other resources by their ids: it has a `$ref` sub-attribute.
    /// Ids are always compared with their case (RFC 7643 §3.1), whatever the schema says of `value`.
    pub fn refers(&self) -> bool {
        self.sub("$ref").is_some()
    }
}

fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn missing_keys_have_the_rfc_defaults() {
        let attribute: Attribute = serde_json::from_value(json!({ "name": "x" })).unwrap();
        assert_eq!(attribute, Attribute { name: "x".to_owned(), ..Attribute::default() });
        assert_eq!(attribute.mutability, Mutability::ReadWrite);
        assert_eq!(attribute.returned, Returned::Default);
        assert_eq!(attribute.uniqueness, Uniqueness::None);
        assert!(!attribute.required && !attribute.multi_valued && !attribute.case_exact);
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(core::user().attribute("USERNAME").map(|a| a.name.as_str()), Some("userName"));
        let name = core::user().attribute("name").and_then(|a| a.sub("GivenName")).unwrap();
        assert_eq!(name.name, "givenName");
    }

    #[test]
    fn a_schema_round_trips_through_json() {
        for schema in [core::user(), core::group(), core::enterprise_user()] {
            let json = serde_json::to_value(schema).unwrap();
            assert_eq!(&serde_json::from_value::<Schema>(json).unwrap(), schema);
        }
    }
}
