//! Attributes and their characteristics (RFC 7643 §2.2).

use serde::{Deserialize, Serialize};

/// One attribute or sub-attribute. Keys missing from the JSON take the RFC's defaults (RFC 7643 §2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name, in the case used in responses.
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
    /// Suggested values. Advice, never a reason to refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether strings that differ only in case are different; see [`Attribute::is_case_exact`].
    #[serde(default)]
    pub case_exact: bool,
    /// Who may change it, and when.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it is part of a response.
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
    /// The client, which never sees it again.
    WriteOnly,
}

/// When an attribute is part of a response (RFC 7643 §7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Always, whatever the client asks for.
    Always,
    /// Never.
    Never,
    /// Unless the client asks only for other attributes or excludes it.
    #[default]
    Default,
    /// Only if the client names it.
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

impl Attribute {
    /// The sub-attribute of that name, in any case.
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.sub_attributes, name)
    }

    /// Whether its strings are compared case-sensitively. Binary values and references always are (RFC 7643 §2.3.6, §2.3.7).
    pub fn is_case_exact(&self) -> bool {
        self.case_exact || matches!(self.kind, AttributeType::Binary | AttributeType::Reference)
    }

    /// Whether it has sub-attributes.
    pub fn is_complex(&self) -> bool {
        self.kind == AttributeType::Complex
    }

    /// Whether its values refer to other resources by id: it has a `$ref` sub-attribute.
    /// Ids are always compared case-sensitively (RFC 7643 §3.1), whatever the schema says about `value`.
    pub fn refers(&self) -> bool {
        self.sub("$ref").is_some()
    }
}

/// The attribute of that name, in any case (RFC 7643 §2.1).
pub(super) fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
