//! Entity tags (RFC 9110 §8.8.3).

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// An entity tag. Two tags with the same opaque part name the same version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    weak: bool,
    opaque: String,
}

/// A text that is not an entity tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an entity tag; an example is W/\"a330bc54f0671c9\"")]
pub struct EntityTagError(String);

impl EntityTag {
    /// A weak tag; `None` if the text contains characters that a tag must not have.
    pub fn weak(opaque: impl Into<String>) -> Option<Self> {
        let opaque = opaque.into();
        is_opaque(&opaque).then_some(Self { weak: true, opaque })
    }

    /// A weak tag with these bytes in hexadecimal.
    pub fn of_digest(digest: &[u8]) -> Self {
        let mut opaque = String::with_capacity(2 * digest.len());
        // Writing to a `String` cannot fail.
        digest.iter().for_each(|byte| write!(opaque, "{byte:02x}").unwrap_or_default());
        Self { weak: true, opaque }
    }

    /// The weak tag of the same version, for another representation of the resource.
    #[must_use]
    pub fn weakened(self) -> Self {
        Self { weak: true, ..self }
    }

    pub(super) fn is_same_version(&self, other: &Self) -> bool {
        self.opaque == other.opaque
    }
}

impl FromStr for EntityTag {
    type Err = EntityTagError;

    /// Accepts the tag with quotes, or the opaque part alone.
    fn from_str(text: &str) -> Result<Self, EntityTagError> {
        let trimmed = text.trim();
        let (weak, rest) = match trimmed.strip_prefix("W/").or_else(|| trimmed.strip_prefix("w/")) {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let quoted = rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let opaque = quoted.unwrap_or(rest);
        if !is_opaque(opaque) || (quoted.is_none() && opaque.is_empty()) {
            return Err(EntityTagError(text.chars().take(64).collect()));
        }
        Ok(Self { weak, opaque: opaque.to_owned() })
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\"{}\"", if self.weak { "W/" } else { "" }, self.opaque)
    }
}

/// RFC 9110 §8.8.3 `etagc`, ASCII only, because it is sent in a header.
fn is_opaque(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'!' || (b'#'..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> EntityTag {
        text.parse().unwrap()
    }

    #[test]
    fn tags_are_read_with_and_without_quotes_and_compared_weakly() {
        for text in ["W/\"1\"", "\"1\"", " w/\"1\" ", "1"] {
            assert!(tag(text).is_same_version(&EntityTag::weak("1").unwrap()), "{text}");
        }
        for text in ["", "W/", "\"a b\"", "\"a", "\"é\""] {
            assert!(text.parse::<EntityTag>().is_err(), "{text}");
        }
        assert_eq!(tag("W/\"\"").to_string(), "W/\"\"");
        assert_eq!(EntityTag::weak("a\"b"), None);
    }
}
