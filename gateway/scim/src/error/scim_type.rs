//! The error keywords of SCIM (RFC 7644 table 9, RFC 9865).

use std::fmt;

/// SCIM's keyword for a kind of error: RFC 7644 table 9, and RFC 9865 for cursors.
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
    /// The path of a PATCH operation is malformed or names an unknown attribute.
    InvalidPath,
    /// The path of a PATCH operation matches no value.
    NoTarget,
    /// A value is missing, or not compatible with the attribute's type or schema.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request would expose sensitive values in a URI.
    Sensitive,
    /// The cursor was not issued by this server (RFC 9865).
    InvalidCursor,
    /// The cursor has expired (RFC 9865).
    ExpiredCursor,
    /// The server does not accept this count with the cursor (RFC 9865).
    InvalidCount,
}

impl ScimType {
    /// The keyword on the wire.
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

    /// Parses a keyword; `None` for a word that SCIM does not define.
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
