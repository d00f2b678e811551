//! Names of instances and connectors.
//!
//! An instance's name is a segment of the URL that an administrator enters at an identity provider. Okta forbids `_` in a base
//! URL, and upper case or dots invite two spellings of one tenant; so names consist of lower-case letters, digits and hyphens.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

const LONGEST: usize = 63;

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty.
    #[error("a name cannot be empty; write 1 to 63 lower-case letters, digits and hyphens")]
    Empty,
    /// Too many characters.
    #[error("`{0}` has {1} characters; a name has at most 63")]
    TooLong(String, usize),
    /// The first character is a hyphen.
    #[error("`{0}` starts with a hyphen; a name starts with a lower-case letter or a digit")]
    LeadingHyphen(String),
    /// A character that is not allowed in a name.
    #[error(
        "`{0}` contains {1:?}; a name consists of lower-case letters, digits and hyphens (Okta forbids `_` in a URL)"
    )]
    Character(String, char),
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name as shared text, which is cheap to clone.
            pub fn shared(&self) -> Arc<str> {
                Arc::clone(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check(text).map(|()| Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// The name of an instance, `^[a-z0-9][a-z0-9-]{0,62}$`: the first segment of its URL.
    InstanceName
}

name! {
    /// The name of a connector in the configuration, `^[a-z0-9][a-z0-9-]{0,62}$`.
    ConnectorName
}

fn check(text: &str) -> Result<(), NameError> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(NameError::TooLong(text.to_owned(), length));
    }
    if let Some(wrong) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
        return Err(NameError::Character(text.to_owned(), wrong));
    }
    match text.chars().next() {
        None => Err(NameError::Empty),
        Some('-') => Err(NameError::LeadingHyphen(text.to_owned())),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_letters_digits_and_hyphens() {
        let longest = "a".repeat(63);
        for name in ["a", "0", "acme-samanage", "a--b", "9lives-", longest.as_str()] {
            assert!(name.parse::<InstanceName>().is_ok(), "{name}");
        }
        let too_long = "a".repeat(64);
        for name in ["", "-a", "Acme", "acme_samanage", "acme.com", "a/b", "ä", "a b", too_long.as_str()] {
            assert!(name.parse::<InstanceName>().is_err(), "{name}");
        }
    }

    #[test]
    fn an_underscore_is_refused_with_its_reason() {
        let error = "acme_it".parse::<InstanceName>().expect_err("an underscore").to_string();
        assert!(error.contains("'_'") && error.contains("Okta"), "{error}");
    }
}
