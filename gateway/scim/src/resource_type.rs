//! A kind of resource: its core schema and extensions (RFC 7643 §6), and how names resolve to attributes.
//!
//! `id`, `externalId`, `schemas` and `meta` belong to every resource and are implied (RFC 7643 §3.1).

use crate::error::Error;
use crate::path::AttributePath;
use crate::schema::{Attribute, Mutability, Schema, core};
use serde::{Deserialize, Serialize};

/// A kind of resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceType {
    /// The name, such as `User`.
    pub name: String,
    /// The path relative to the base URL, such as `/Users`.
    pub endpoint: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The core schema.
    pub schema: Schema,
    /// Its extensions.
    #[serde(default)]
    pub extensions: Vec<Extension>,
}

/// A schema whose attributes are in a separate object, named by the schema's URN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extension {
    /// The extension's schema.
    pub schema: Schema,
    /// Whether a resource must have it when it is created.
    #[serde(default)]
    pub required: bool,
}

impl Extension {
    /// The enterprise extension of `User` (RFC 7643 §4.3), as an optional extension.
    #[must_use]
    pub fn enterprise_user() -> Self {
        Self { schema: core::enterprise_user().clone(), required: false }
    }
}

/// The attribute that a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved<'a> {
    /// The canonical path.
    pub path: AttributePath,
    /// The attribute or sub-attribute at its end.
    pub attribute: &'a Attribute,
    /// The complex attribute, if the path ends at a sub-attribute.
    pub parent: Option<&'a Attribute>,
}

impl<'a> Resolved<'a> {
    /// The top-level attribute: the attribute itself, or the one it is part of.
    pub fn top(&self) -> &'a Attribute {
        self.parent.unwrap_or(self.attribute)
    }

    /// Who may change it: any part of a read-only attribute is read-only.
    pub fn mutability(&self) -> Mutability {
        match self.top().mutability {
            Mutability::ReadOnly => Mutability::ReadOnly,
            _ => self.attribute.mutability,
        }
    }
}

impl ResourceType {
    /// The core `User` with these extensions, at `/Users` (RFC 7643 §4.1).
    #[must_use]
    pub fn user(extensions: Vec<Extension>) -> Self {
        let schema = core::user().clone();
        Self { name: "User".to_owned(), endpoint: "/Users".to_owned(), description: String::new(), schema, extensions }
    }

    /// The core `Group`, at `/Groups` (RFC 7643 §4.2).
    #[must_use]
    pub fn group() -> Self {
        let (schema, extensions) = (core::group().clone(), Vec::new());
        Self {
            name: "Group".to_owned(),
            endpoint: "/Groups".to_owned(),
            description: String::new(),
            schema,
            extensions,
        }
    }

    /// The attribute that a path names, in any case. Core attributes may be qualified by the core schema's URN;
    /// attributes of an extension must be qualified by theirs.
    pub fn resolve(&self, path: &AttributePath) -> Option<Resolved<'_>> {
        let (schema, top) = self.find(path.schema.as_deref(), &path.attribute)?;
        let sub = match &path.sub {
            Some(sub) => Some(top.sub(sub)?),
            None => None,
        };
        let path = AttributePath {
            schema: schema.map(str::to_owned),
            attribute: top.name.clone(),
            sub: sub.map(|sub| sub.name.clone()),
        };
        Some(Resolved { path, attribute: sub.unwrap_or(top), parent: sub.map(|_| top) })
    }

    /// Parses a path and splits off its URN, preferring the longest URN of this resource type. The attribute need not exist.
    ///
    /// # Errors
    /// 400 `invalidPath` for a malformed path.
    pub fn parse_path(&self, text: &str) -> Result<AttributePath, Error> {
        let text = text.trim();
        let known = self.urns().filter_map(|urn| Some((urn, after_urn(text, urn)?))).max_by_key(|(urn, _)| urn.len());
        match known {
            Some((urn, name)) => AttributePath::under(Some(urn), name),
            None => text.parse(),
        }
    }

    /// The attribute that RFC 7643 §4 defines at a path for this type of resource, whether or not this resource type has it; a
    /// sub-attribute in the path is not looked at. Attributes of another type of resource, such as a user's in a group, are none.
    pub fn standard(&self, path: &AttributePath) -> Option<&'static Attribute> {
        let schemas = core::of(&self.schema.id);
        let schema = match &path.schema {
            Some(urn) => schemas.into_iter().find(|schema| schema.id.eq_ignore_ascii_case(urn)),
            None => schemas.into_iter().next(),
        };
        schema?.attribute(&path.attribute)
    }

    /// Whether a text is the URN of the core schema, in any case.
    pub(crate) fn is_core_urn(&self, text: &str) -> bool {
        text.eq_ignore_ascii_case(&self.schema.id)
    }

    /// The extension of that URN, in any case.
    pub fn extension(&self, urn: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.schema.id.eq_ignore_ascii_case(urn))
    }

    /// The URNs of the core schema and the extensions, in that order.
    pub fn urns(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.schema.id.as_str()).chain(self.extensions.iter().map(|e| e.schema.id.as_str()))
    }

    /// The attribute of that name, and the URN of the extension it belongs to.
    pub(crate) fn find(&self, schema: Option<&str>, name: &str) -> Option<(Option<&str>, &Attribute)> {
        match schema {
            Some(urn) if !urn.eq_ignore_ascii_case(&self.schema.id) => {
                let schema = &self.extension(urn)?.schema;
                Some((Some(schema.id.as_str()), schema.attribute(name)?))
            }
            _ => Some((None, self.schema.attribute(name).or_else(|| core::common().attribute(name))?)),
        }
    }

    pub(crate) fn unknown(&self, path: &AttributePath) -> Error {
        Error::invalid_path(format!("{} has no attribute '{path}'", self.name))
    }
}

/// The text after a URN and a colon, if it starts with them in any case.
fn after_urn<'t>(text: &'t str, urn: &str) -> Option<&'t str> {
    let start = text.get(..urn.len())?;
    if !start.eq_ignore_ascii_case(urn) {
        return None;
    }
    text.get(urn.len()..)?.strip_prefix(':')
}
