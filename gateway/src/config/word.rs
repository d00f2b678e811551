//! Settings that are one of a few words.

use super::table::suggestion;

/// The word is not one of the possible values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a known value; {suggestion}")]
pub struct WordError {
    found: String,
    suggestion: String,
}

impl WordError {
    pub(super) fn new(found: &str, known: &[&str]) -> Self {
        Self { found: found.to_owned(), suggestion: suggestion(found, known) }
    }
}

/// Declares an enum of words with `FromStr`, `Display` and `as_str`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$case_doc])* $case,)+
        }

        impl $name {
            /// The word as written in the configuration.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$case => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::config::WordError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$case),)+
                    _ => Err($crate::config::WordError::new(text, &[$($word),+])),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(super) use words;
