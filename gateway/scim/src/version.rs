//! Versions of resources and conditions on them (RFC 7644 §3.14, RFC 9110 §8.8.3 and §13.1).
//!
//! All comparison is weak, also that of `If-Match`: RFC 7644's own examples send weak tags there, and a gateway never has a
//! strong one.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::error::Error;

/// An entity tag. Two are the same version when their opaque parts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    weak: bool,
    opaque: String,
}

/// What a conditional header names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// `*`: any version, as long as there is one.
    Any,
    Tags(Vec<EntityTag>),
}

/// On which versions a request is to be carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    if_match: Option<Named>,
    if_none_match: Option<Named>,
}

/// What is no entity tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no entity tag such as W/\"a330bc54f0671c9\"")]
pub struct EntityTagError(String);

impl EntityTag {
    /// A weak tag; nothing when the text holds what no tag may hold.
    pub fn weak(opaque: impl Into<String>) -> Option<Self> {
        let opaque = opaque.into();
        is_opaque(&opaque).then_some(Self { weak: true, opaque })
    }

    /// A weak tag that shows these bytes.
    pub fn of_digest(digest: &[u8]) -> Self {
        let mut opaque = String::with_capacity(2 * digest.len());
        // A text does not refuse to be written to.
        digest.iter().for_each(|byte| write!(opaque, "{byte:02x}").unwrap_or_default());
        Self { weak: true, opaque }
    }

    /// The same version, as whoever shows another representation of the resource may call it.
    #[must_use]
    pub fn weakened(self) -> Self {
        Self { weak: true, ..self }
    }

    fn is_same_version(&self, other: &Self) -> bool {
        self.opaque == other.opaque
    }
}

impl FromStr for EntityTag {
    type Err = EntityTagError;

    /// With quotes, or the opaque part alone.
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

impl Conditions {
    /// Reads the values of the headers `If-Match` and `If-None-Match`.
    ///
    /// # Errors
    /// 400 `invalidValue` for what is no list of tags and not `*`.
    pub fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Self, Error> {
        Ok(Self { if_match: named("If-Match", if_match)?, if_none_match: named("If-None-Match", if_none_match)? })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses a change of a resource that is not of a version that the client means.
    ///
    /// # Errors
    /// 412.
    pub fn allow_change(&self, current: &EntityTag) -> Result<(), Error> {
        self.require_match(current)?;
        match &self.if_none_match {
            Some(named) if named.holds(current) => Err(Error::precondition_failed(format!(
                "If-None-Match: the resource is there and its version is {current}"
            ))),
            _ => Ok(()),
        }
    }

    /// Whether a reader has this version already; then it is answered 304.
    ///
    /// # Errors
    /// 412 for an `If-Match` that names other versions.
    pub fn is_known(&self, current: &EntityTag) -> Result<bool, Error> {
        self.require_match(current)?;
        Ok(self.if_none_match.as_ref().is_some_and(|named| named.holds(current)))
    }

    fn require_match(&self, current: &EntityTag) -> Result<(), Error> {
        match &self.if_match {
            Some(named) if !named.holds(current) => Err(Error::precondition_failed(format!(
                "If-Match: the resource has changed, its version is {current}; read it again"
            ))),
            _ => Ok(()),
        }
    }
}

impl Named {
    fn holds(&self, current: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag.is_same_version(current)),
        }
    }
}

fn named(header: &str, text: Option<&str>) -> Result<Option<Named>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text == "*" {
        return Ok(Some(Named::Any));
    }
    let tags = listed(text).map(str::parse).collect::<Result<_, EntityTagError>>();
    let tags = tags.map_err(|error| Error::invalid_value(format!("{header}: {error}")))?;
    Ok(Some(Named::Tags(tags)))
}

/// The elements of a list; a comma within quotes is part of a tag.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|tag| !tag.is_empty())
}

/// RFC 9110 §8.8.3 `etagc`, ASCII only: it travels in a header.
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

    #[test]
    fn a_change_is_allowed_on_the_versions_that_the_client_means() {
        let current = tag("W/\"2\"");
        for (if_match, if_none_match, allowed) in [
            (None, None, true),
            (Some("*"), None, true),
            (Some("W/\"2\""), None, true),
            (Some("\"1\", \"2\""), None, true),
            (Some("\"1,2\""), None, false),
            (Some("W/\"1\""), None, false),
            (None, Some("*"), false),
            (None, Some("\"2\""), false),
            (None, Some("\"1\""), true),
        ] {
            let conditions = Conditions::parse(if_match, if_none_match).unwrap();
            let found = conditions.allow_change(&current);
            assert_eq!(found.is_ok(), allowed, "{if_match:?} {if_none_match:?}");
            assert!(found.err().is_none_or(|error| error.status == 412));
        }
    }

    #[test]
    fn a_reader_that_has_the_version_need_not_be_sent_it_again() {
        let current = tag("W/\"2\"");
        for (if_none_match, known) in [("*", true), ("W/\"2\"", true), ("\"1\", \"2\"", true), ("\"1\"", false)] {
            assert_eq!(Conditions::parse(None, Some(if_none_match)).unwrap().is_known(&current), Ok(known));
        }
        assert_eq!(Conditions::parse(Some("\"1\""), None).unwrap().is_known(&current).unwrap_err().status, 412);
        assert_eq!(Conditions::parse(Some("a b"), None).unwrap_err().status, 400);
    }
}
