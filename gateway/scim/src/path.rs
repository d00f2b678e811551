//! Attribute paths: `userName`, `name.givenName`, `urn:…:2.0:User:manager.value` (RFC 7644 §3.10).
//!
//! URNs contain dots and colons, so a path is split at its last colon first and only then at a dot; attribute names contain
//! neither. [`crate::Slot`] is the wider form that PATCH paths and mapping rules use.

use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// The name of an attribute, optionally qualified by its schema, optionally with a sub-attribute.
///
/// A path returned by [`crate::ResourceType::resolve`] is canonical: names in the schema's case, and `schema` only for
/// attributes of an extension. Any other path is as the client wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributePath {
    /// The URN before the last colon.
    pub schema: Option<String>,
    /// The attribute's name.
    pub attribute: String,
    /// The sub-attribute's name.
    pub sub: Option<String>,
}

impl AttributePath {
    /// The path of an attribute of the core schema.
    pub fn core(attribute: impl Into<String>) -> Self {
        Self { schema: None, attribute: attribute.into(), sub: None }
    }

    /// The same attribute's sub-attribute.
    #[must_use]
    pub fn with_sub(&self, sub: impl Into<String>) -> Self {
        Self { sub: Some(sub.into()), ..self.clone() }
    }

    /// Parses `attribute` or `attribute.sub` under a known schema.
    pub(crate) fn under(schema: Option<&str>, name: &str) -> Result<Self, Error> {
        let (attribute, sub) = match name.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (name, None),
        };
        if !is_name(attribute) || !sub.is_none_or(is_name) {
            return Err(Error::invalid_path(format!(
                "'{name}' is not an attribute name: use a letter, then letters, digits, '-' and '_', with at most one sub-attribute after a dot"
            )));
        }
        Ok(Self { schema: schema.map(str::to_owned), attribute: attribute.to_owned(), sub: sub.map(str::to_owned) })
    }
}

impl FromStr for AttributePath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.rsplit_once(':') {
            None => Self::under(None, text),
            Some((schema, _)) if !is_urn(schema) => {
                Err(Error::invalid_path(format!("'{schema}' before the attribute name is not a schema URN")))
            }
            Some((schema, name)) => Self::under(Some(schema), name),
        }
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.attribute)?;
        if let Some(sub) = &self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

/// Writes `path[selector].sub`, the form that slots and filter operands share.
pub(crate) fn write_selected(
    f: &mut fmt::Formatter<'_>,
    path: &AttributePath,
    selector: Option<&dyn fmt::Display>,
    sub: Option<&str>,
) -> fmt::Result {
    write!(f, "{path}")?;
    if let Some(selector) = selector {
        write!(f, "[{selector}]")?;
    }
    if let Some(sub) = sub {
        write!(f, ".{sub}")?;
    }
    Ok(())
}

/// RFC 7643 §2.1: `ATTRNAME = ALPHA *(nameChar)`, plus `$ref`, which the grammar forgot.
pub(crate) fn is_name(name: &str) -> bool {
    let name = name.strip_prefix('$').unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Strict enough to keep quotes, brackets and spaces out of a path's first part.
fn is_urn(schema: &str) -> bool {
    !schema.is_empty() && schema.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"()[]\"".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_its_urn_before_its_dot() {
        const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (text, schema, attribute, sub) in [
            ("userName", None, "userName", None),
            ("name.givenName", None, "name", Some("givenName")),
            ("members.$ref", None, "members", Some("$ref")),
            (&format!("{ENTERPRISE}:department"), Some(ENTERPRISE), "department", None),
            (&format!("{ENTERPRISE}:manager.value"), Some(ENTERPRISE), "manager", Some("value")),
            ("http://example.com/2006/Group:x", Some("http://example.com/2006/Group"), "x", None),
        ] {
            let path: AttributePath = text.parse().unwrap();
            assert_eq!(
                (path.schema.as_deref(), path.attribute.as_str(), path.sub.as_deref()),
                (schema, attribute, sub),
                "{text}"
            );
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn malformed_paths_are_refused() {
        for text in ["", ".", "a.", ".b", "a.b.c", "1a", "a b", ":a", "urn:x:", "urn:x y:a", "a[b]", "$", "é"] {
            assert!(text.parse::<AttributePath>().is_err(), "{text}");
        }
    }
}
