//! Tokens that identity providers present, and their hashes in the configuration.
//!
//! Threat: someone who reads the configuration must not be able to call the gateway. So it contains only SHA-256 hashes. A fast
//! hash is sufficient because a token is 32 random bytes, which cannot be guessed.

use super::table::Table;
use crate::connectors::Sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use secrecy::SecretString;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use subtle::Choice;

/// The prefix of every token that the gateway generates, so that scanners can detect leaked tokens.
pub const TOKEN_PREFIX: &str = "scim_";

/// The hash in `README.md` and `gateway.example.toml`.
const EXAMPLE: &str = "sha256:e57bbd905419fb486e90f74df596ef0606a86c82338b9038691891b7dbf51be0";

const HASH_PREFIX: &str = "sha256:";

/// The SHA-256 hash of a token, written as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(Sha256);

/// Why a text is not a token's hash. The text is never repeated: it may be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenHashError {
    /// A token itself.
    #[error("this is a token, not its hash; `scim-gateway token new` prints both, and only the hash belongs here")]
    Token,
    /// No `sha256:` prefix.
    #[error("a token's hash starts with `sha256:`; `scim-gateway token new` prints it")]
    Prefix,
    /// Not 64 hexadecimal digits.
    #[error("`sha256:` must be followed by 64 hexadecimal digits; `scim-gateway token new` prints them")]
    Digits,
}

impl TokenHash {
    /// The hash of a token as sent by a client.
    pub fn of(token: &str) -> Self {
        Self(Sha256::of(token.as_bytes()))
    }

    /// Warns of a hash that was copied from the documentation.
    pub(super) fn warn_of_example(&self, table: &Table<'_>, key: &str, span: &Range<usize>) {
        if self.to_string() == EXAMPLE {
            let message = "is the example hash from the documentation: you cannot know who holds its token";
            table.warn_at(span, key, message, "run `scim-gateway token new` and write the hash that it prints");
        }
    }

    /// Whether two hashes are equal, in constant time.
    pub fn constant_time_eq(&self, other: &Self) -> Choice {
        self.0.constant_time_eq(&other.0)
    }
}

impl FromStr for TokenHash {
    type Err = TokenHashError;

    fn from_str(text: &str) -> Result<Self, TokenHashError> {
        let digits = match text.strip_prefix(HASH_PREFIX) {
            Some(digits) => digits,
            None if text.starts_with(TOKEN_PREFIX) => return Err(TokenHashError::Token),
            None => return Err(TokenHashError::Prefix),
        };
        digits.parse().map(Self).map_err(|_| TokenHashError::Digits)
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HASH_PREFIX}{}", self.0)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A newly generated token; it is shown once and stored nowhere.
#[derive(Debug)]
pub struct NewToken {
    /// `scim_` and 32 random bytes as base64url.
    pub token: SecretString,
    /// Its hash.
    pub hash: TokenHash,
}

impl NewToken {
    /// Generates a token from 32 bytes of `random`.
    ///
    /// # Errors
    /// Any error of `random`.
    pub fn generate<R: TryRngCore>(random: &mut R) -> Result<Self, R::Error> {
        let mut bytes = [0_u8; 32];
        random.try_fill_bytes(&mut bytes)?;
        let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let hash = TokenHash::of(&token);
        Ok(Self { token: token.into(), hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::OsRng;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_hash_reads_as_it_was_written() {
        let hash = TokenHash::of("secret");
        assert_eq!(hash.to_string(), "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().replace('b', "B").parse(), Ok(hash));
    }

    #[test]
    fn a_text_that_is_no_hash_is_refused_without_repeating_it() {
        for (text, expected) in [
            ("scim_abcdef", TokenHashError::Token),
            ("abcdef", TokenHashError::Prefix),
            ("", TokenHashError::Prefix),
            ("sha256:abcdef", TokenHashError::Digits),
            (&format!("sha256:{}", "g".repeat(64)), TokenHashError::Digits),
            (&format!("sha256:{}", "é".repeat(32)), TokenHashError::Digits),
        ] {
            assert_eq!(text.parse::<TokenHash>(), Err(expected), "{text}");
            assert!(!expected.to_string().contains("abcdef"));
        }
    }

    #[test]
    fn a_new_token_is_32_random_bytes_in_base64url_and_is_known_by_its_hash() {
        let one = NewToken::generate(&mut OsRng).expect("randomness");
        let two = NewToken::generate(&mut OsRng).expect("randomness");
        let text = one.token.expose_secret();
        assert_eq!(text.len(), TOKEN_PREFIX.len() + 43);
        assert!(text.starts_with(TOKEN_PREFIX));
        assert_eq!(TokenHash::of(text), one.hash);
        assert_ne!(one.hash, two.hash);
        assert!(!format!("{one:?}").contains(text));
    }
}
