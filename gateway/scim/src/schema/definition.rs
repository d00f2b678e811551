//! A schema: the attributes of one kind of resource or of one extension (RFC 7643 §7).

use super::attribute::{Attribute, named};
use serde::{Deserialize, Serialize};

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

impl Schema {
    /// The attribute of that name, in any case (RFC 7643 §2.1).
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        named(&self.attributes, name)
    }
}
