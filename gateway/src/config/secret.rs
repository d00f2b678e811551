//! Where a secret comes from.
//!
//! Threat: a configuration file is copied, mailed and committed. So it says where a secret is stored, never the secret itself;
//! and a value that may be a secret is refused without being repeated.

use super::text_file::read_text;
use secrecy::SecretString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a secret is stored: `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable of the gateway's process.
    Environment(String),
    /// A file, relative to the configuration; trailing white space is not part of the secret.
    File(PathBuf),
}

/// Why a text is not a source of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretSourceError {
    /// No known prefix. The text is not repeated: it may be the secret.
    #[error("a credential must not be written into this file; write \"env:NAME\" or \"file:PATH\"")]
    Prefix,
    /// `env:` without a valid variable name.
    #[error("`env:` must be followed by a variable's name: letters, digits and underscores")]
    Variable,
    /// `file:` without a path.
    #[error("`file:` must be followed by a path")]
    Path,
}

/// Why a secret cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// The file cannot be read.
    #[error("the file {0} cannot be read: {1}")]
    Unreadable(PathBuf, String),
    /// The variable or file is empty.
    #[error("{0} is empty")]
    Empty(SecretSource),
    /// A character that is not allowed in an HTTP header.
    #[error("{0} contains a line break or another control character, which cannot be sent in a header")]
    ControlCharacter(SecretSource),
}

impl SecretSource {
    /// Reads the secret; `environment` looks up variables, a relative path starts from `directory`.
    ///
    /// # Errors
    /// [`SecretError`]; it names the variable or file, never its content.
    pub fn read(
        &self,
        directory: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<SecretString, SecretError> {
        let text = match self {
            Self::Environment(name) => environment(name).ok_or_else(|| SecretError::NotSet(name.clone()))?,
            Self::File(path) => {
                let path = directory.join(path);
                read_text(&path).map_err(|error| SecretError::Unreadable(path, error.to_string()))?
            }
        };
        let text = text.trim_end();
        if text.is_empty() {
            return Err(SecretError::Empty(self.clone()));
        }
        if text.chars().any(char::is_control) {
            return Err(SecretError::ControlCharacter(self.clone()));
        }
        Ok(SecretString::from(text))
    }
}

impl FromStr for SecretSource {
    type Err = SecretSourceError;

    fn from_str(text: &str) -> Result<Self, SecretSourceError> {
        match text.split_once(':') {
            Some(("env", name)) => {
                let mut characters = name.chars();
                let starts = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
                if starts && characters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    Ok(Self::Environment(name.to_owned()))
                } else {
                    Err(SecretSourceError::Variable)
                }
            }
            Some(("file", "")) => Err(SecretSourceError::Path),
            Some(("file", path)) => Ok(Self::File(path.into())),
            _ => Err(SecretSourceError::Prefix),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_source_is_a_variable_or_a_file() {
        assert_eq!("env:APP_TOKEN".parse(), Ok(SecretSource::Environment("APP_TOKEN".into())));
        assert_eq!("file:/run/secrets/app".parse(), Ok(SecretSource::File("/run/secrets/app".into())));
        for (text, error) in [
            ("s3cr3t", SecretSourceError::Prefix),
            ("vault:x", SecretSourceError::Prefix),
            ("env:", SecretSourceError::Variable),
            ("env:1A", SecretSourceError::Variable),
            ("env:A-B", SecretSourceError::Variable),
            ("file:", SecretSourceError::Path),
        ] {
            assert_eq!(text.parse::<SecretSource>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_secret_is_read_without_the_line_break_at_its_end() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("app"), "t0p\n").expect("a file");
        let source = SecretSource::File("app".into());
        let secret = source.read(directory.path(), &|_| None).expect("a secret");
        assert_eq!(secret.expose_secret(), "t0p");
    }

    #[test]
    fn an_unusable_source_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let environment = |name: &str| match name {
            "EMPTY" => Some(" ".to_owned()),
            "TWO_LINES" => Some("a\nb".to_owned()),
            _ => None,
        };
        for (source, expected) in [
            ("env:APP_TOKEN", "the environment variable APP_TOKEN is not set"),
            ("env:EMPTY", "env:EMPTY is empty"),
            ("env:TWO_LINES", "env:TWO_LINES contains a line break"),
            ("file:absent", "absent cannot be read"),
        ] {
            let source: SecretSource = source.parse().expect(source);
            let error = source.read(directory.path(), &environment).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
