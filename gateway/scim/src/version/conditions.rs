//! The conditions of a request: `If-Match` and `If-None-Match` (RFC 9110 §13.1).

use super::entity_tag::{EntityTag, EntityTagError};
use crate::error::Error;

/// The versions that a conditional header names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// `*`: any existing version.
    Any,
    Tags(Vec<EntityTag>),
}

/// The versions for which a request is to be carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    if_match: Option<Named>,
    if_none_match: Option<Named>,
}

impl Conditions {
    /// Parses the headers `If-Match` and `If-None-Match`.
    ///
    /// # Errors
    /// 400 `invalidValue` for a header that is neither a list of tags nor `*`.
    pub fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Self, Error> {
        Ok(Self { if_match: named("If-Match", if_match)?, if_none_match: named("If-None-Match", if_none_match)? })
    }

    /// Whether there are no conditions.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses a change of a resource whose version the client does not allow.
    ///
    /// # Errors
    /// 412.
    pub fn allow_change(&self, current: &EntityTag) -> Result<(), Error> {
        self.require_match(current)?;
        match &self.if_none_match {
            Some(named) if named.holds(current) => Err(Error::precondition_failed(format!(
                "If-None-Match: the resource exists and its version is {current}"
            ))),
            _ => Ok(()),
        }
    }

    /// Whether the reader already has this version; the response is then 304.
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
                "If-Match: the resource has changed and its version is {current}; read it again"
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

/// Splits a list of tags; a comma within quotes is part of a tag.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> EntityTag {
        text.parse().unwrap()
    }

    #[test]
    fn a_change_is_allowed_on_the_versions_that_the_client_names() {
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
    fn a_reader_that_has_the_version_is_not_sent_it_again() {
        let current = tag("W/\"2\"");
        for (if_none_match, known) in [("*", true), ("W/\"2\"", true), ("\"1\", \"2\"", true), ("\"1\"", false)] {
            assert_eq!(Conditions::parse(None, Some(if_none_match)).unwrap().is_known(&current), Ok(known));
        }
        assert_eq!(Conditions::parse(Some("\"1\""), None).unwrap().is_known(&current).unwrap_err().status, 412);
        assert_eq!(Conditions::parse(Some("a b"), None).unwrap_err().status, 400);
    }
}
