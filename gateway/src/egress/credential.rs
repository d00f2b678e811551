//! The credential: it is read once, becomes a header here, and is seen nowhere else.
//!
//! Threat: a secret in a log, an error, a panic message or a connector's memory. It has no `Debug` or `Display` of
//! its content, connectors cannot set its header, and answers do not carry it back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// How a credential travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer <secret>` (RFC 6750).
    Bearer,
    /// `<header>: [<scheme> ]<secret>`.
    Header {
        /// The header's name.
        header: String,
        /// What stands before the secret.
        scheme: Option<String>,
    },
    /// `Authorization: Basic …` (RFC 7617); the secret is `user:password`.
    Basic,
}

/// Why a credential cannot be used. Never holds the credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nothing there.
    #[error("the credential is empty")]
    Empty,
    /// Line breaks and the like; a file often ends with one.
    #[error("the credential holds characters that a header cannot, such as a line break in the middle")]
    Characters,
    /// RFC 7617 §2.
    #[error("a basic credential is written `user:password`")]
    NotUserAndPassword,
    /// The header's name is none.
    #[error("`{0}` is not a header name")]
    Header(String),
}

/// A credential as the header that carries it.
#[derive(Clone)]
pub(super) struct Credential {
    pub(super) header: HeaderName,
    pub(super) value: HeaderValue,
}

impl Credential {
    /// White space around the secret is left out: files end with line breaks.
    pub(super) fn new(auth: &Auth, secret: &SecretString) -> Result<Self, CredentialError> {
        let secret = secret.expose_secret().trim();
        if secret.is_empty() {
            return Err(CredentialError::Empty);
        }
        let (header, text) = match auth {
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {secret}")),
            Auth::Basic if secret.contains(':') => (AUTHORIZATION, format!("Basic {}", STANDARD.encode(secret))),
            Auth::Basic => return Err(CredentialError::NotUserAndPassword),
            Auth::Header { header, scheme } => {
                let name = header.parse().map_err(|_| CredentialError::Header(header.clone()))?;
                (name, scheme.as_ref().map_or_else(|| secret.to_owned(), |scheme| format!("{scheme} {secret}")))
            }
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| CredentialError::Characters)?;
        value.set_sensitive(true);
        Ok(Self { header, value })
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(auth: &Auth, secret: &str) -> Result<(String, String), CredentialError> {
        let credential = Credential::new(auth, &SecretString::from(secret))?;
        assert!(!format!("{credential:?}{:?}", credential.value).contains("hunter2"));
        Ok((credential.header.to_string(), credential.value.to_str().unwrap().to_owned()))
    }

    #[test]
    fn each_kind_becomes_its_header() {
        let header = |scheme: Option<&str>| Auth::Header {
            header: "X-Samanage-Authorization".to_owned(),
            scheme: scheme.map(ToOwned::to_owned),
        };
        for (auth, secret, name, value) in [
            (Auth::Bearer, "hunter2\n", "authorization", "Bearer hunter2"),
            (Auth::Basic, "u:hunter2", "authorization", "Basic dTpodW50ZXIy"),
            (header(Some("Bearer")), "hunter2", "x-samanage-authorization", "Bearer hunter2"),
            (header(None), "hunter2", "x-samanage-authorization", "hunter2"),
        ] {
            assert_eq!(written(&auth, secret), Ok((name.to_owned(), value.to_owned())));
        }
    }

    #[test]
    fn what_cannot_be_a_credential_is_refused_without_showing_it() {
        for (auth, secret, error) in [
            (Auth::Bearer, " \n", CredentialError::Empty),
            (Auth::Bearer, "hun\nter2", CredentialError::Characters),
            (Auth::Basic, "hunter2", CredentialError::NotUserAndPassword),
            (Auth::Header { header: "a b".to_owned(), scheme: None }, "x", CredentialError::Header("a b".to_owned())),
        ] {
            assert_eq!(written(&auth, secret), Err(error));
        }
    }
}
