//! The error keywords of SCIM (RFC 7644 table 9, RFC 9865).

use std::fmt;

/// What kind of error it is, in SCIM's own words: RFC 7644 table 9, and RFC 9865 for cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter is malformed, or the attribute and comparison are not supported.
    InvalidFilter,
    /// The filter yields more results than the server is willing to calculate.
    TooMany,
    /// One or more values are already in use or reserved.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability.
    Mutability,
    /// The body's structure is invalid or does not fit the request's schema.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names no attribute.
    InvalidPath,
    /// The path of a PATCH operation matches nothing that could be operated on.
    NoTarget,
    /// A value is missing, or not compatible with the attribute's type or schema.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request cannot be completed because it would show sensitive values in a URI.
    Sensitive,
    /// The cursor is not one the server gave out (RFC 9865).
    InvalidCursor,
    /// The cursor was valid and is no longer (RFC 9865).
    ExpiredCursor,
    /// The count is not one the server accepts together with the cursor (RFC 9865).
    InvalidCount,
}

impl ScimType {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }

    /// The type that a word on the wire names, or nothing when SCIM knows no such word.
    pub fn parse(word: &str) -> Option<Self> {
        const ALL: [ScimType; 13] = [
            ScimType::InvalidFilter,
            ScimType::TooMany,
            ScimType::Uniqueness,
            ScimType::Mutability,
            ScimType::InvalidSyntax,
            ScimType::InvalidPath,
            ScimType::NoTarget,
            ScimType::InvalidValue,
            ScimType::InvalidVers,
            ScimType::Sensitive,
            ScimType::InvalidCursor,
            ScimType::ExpiredCursor,
            ScimType::InvalidCount,
        ];
        ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_round_trip() {
        for word in ["invalidFilter", "tooMany", "noTarget", "sensitive", "invalidVers", "expiredCursor"] {
            assert_eq!(ScimType::parse(word).map(ScimType::as_str), Some(word));
        }
        assert_eq!(ScimType::parse("nonsense"), None);
    }
}
