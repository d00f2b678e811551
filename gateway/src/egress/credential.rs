//! The credential: it is read once, becomes a header here, and is seen nowhere else.
//!
//! Threat: a secret in a log, an error, a panic message or a connector's memory. It has no `Debug` or `Display` of
//! its content, connectors cannot set its header, and what an app repeats of it is taken out of the answer (`echo`). And a header
//! that carries it must not be one that frames or routes the request.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::echo::{Echo, SHORTEST};
use super::headers::may_carry_credential;
use super::oauth::{ClientCredentials, TokenSource};
use super::transport::{Failure, Transport};

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
    /// `Authorization: Bearer <token>`, a token that the secret is exchanged for (RFC 6749 §4.4).
    ClientCredentials(ClientCredentials),
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
    /// The header has another meaning.
    #[error("header `{0}` cannot carry a credential: it frames, routes or describes a request")]
    Reserved(HeaderName),
}

/// A credential on its way into a header.
#[derive(Debug)]
pub(super) enum Credential {
    Fixed(FixedHeader),
    /// Boxed: few instances have one, and it is large.
    Exchanged(Box<TokenSource>),
}

/// A credential as the header that carries it.
pub(super) struct FixedHeader {
    name: HeaderName,
    shown: Shown,
}

/// What one request shows to the app, and how it is recognised in the answer.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) value: HeaderValue,
    pub(super) echo: Arc<Echo>,
}

impl Credential {
    /// White space around the secret is left out: files end with line breaks.
    pub(super) fn new(
        auth: &Auth,
        secret: &SecretString,
        transport: &Arc<dyn Transport>,
    ) -> Result<Self, CredentialError> {
        Ok(match auth {
            Auth::ClientCredentials(asked) => {
                Self::Exchanged(Box::new(TokenSource::new(asked, secret, Arc::clone(transport))?))
            }
            Auth::Bearer => Self::Fixed(FixedHeader::plain(AUTHORIZATION, Some("Bearer"), secret)?),
            Auth::Basic => {
                let pair = secret.expose_secret().trim();
                if !pair.is_empty() && !pair.contains(':') {
                    return Err(CredentialError::NotUserAndPassword);
                }
                let encoded = STANDARD.encode(pair);
                let (user, password) = pair.split_once(':').unwrap_or(("", pair));
                // Where the password is a mere `x`, the user name is the key.
                let secret = if password.len() < SHORTEST { user } else { password };
                // The end of base64 is its padding, which some leave out.
                let secrets = [pair, secret, encoded.trim_end_matches('=')];
                Self::Fixed(FixedHeader::new(AUTHORIZATION, Some("Basic"), &encoded, &secrets)?)
            }
            Auth::Header { header, scheme } => {
                let name = header.parse().map_err(|_| CredentialError::Header(header.clone()))?;
                if !may_carry_credential(&name) {
                    return Err(CredentialError::Reserved(name));
                }
                Self::Fixed(FixedHeader::plain(name, scheme.as_deref(), secret)?)
            }
        })
    }

    /// The header that carries it.
    pub(super) fn header(&self) -> &HeaderName {
        match self {
            Self::Fixed(header) => &header.name,
            Self::Exchanged(_) => &AUTHORIZATION,
        }
    }

    /// What a request shows that is sent now.
    pub(super) async fn shown(&self, deadline: Instant) -> Result<Shown, Failure> {
        match self {
            Self::Fixed(header) => Ok(header.shown.clone()),
            Self::Exchanged(source) => source.shown(deadline).await,
        }
    }

    /// Tells it that the app answered 401. Whether there may be another value now.
    pub(super) fn refused(&self, value: &HeaderValue) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Exchanged(source) => source.forget(value),
        }
    }
}

impl FixedHeader {
    fn plain(name: HeaderName, scheme: Option<&str>, secret: &SecretString) -> Result<Self, CredentialError> {
        let secret = secret.expose_secret().trim();
        Self::new(name, scheme, secret, &[secret])
    }

    fn new(name: HeaderName, scheme: Option<&str>, text: &str, secrets: &[&str]) -> Result<Self, CredentialError> {
        if text.is_empty() {
            return Err(CredentialError::Empty);
        }
        let text = scheme.map_or_else(|| text.to_owned(), |scheme| format!("{scheme} {text}"));
        let value = HeaderValue::from_str(&text).map_err(|_| CredentialError::Characters)?;
        Ok(Self { name, shown: Shown::new(value, secrets) })
    }
}

impl Shown {
    pub(super) fn new(mut value: HeaderValue, secrets: &[&str]) -> Self {
        value.set_sensitive(true);
        let echo = Arc::new(Echo::of(&value, secrets));
        Self { value, echo }
    }
}

impl fmt::Debug for FixedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(auth: &Auth, secret: &str) -> Result<(String, String), CredentialError> {
        let transport: Arc<dyn Transport> = Arc::new(crate::egress::tests::Script::default());
        let credential = Credential::new(auth, &SecretString::from(secret), &transport)?;
        assert!(!format!("{credential:?}").contains("hunter2"));
        let Credential::Fixed(FixedHeader { name, shown: Shown { value, .. } }) = credential else {
            panic!("a fixed header")
        };
        assert!(!format!("{value:?}").contains("hunter2"));
        Ok((name.to_string(), value.to_str().unwrap().to_owned()))
    }

    fn header(name: &str, scheme: Option<&str>) -> Auth {
        Auth::Header { header: name.to_owned(), scheme: scheme.map(ToOwned::to_owned) }
    }

    #[test]
    fn each_kind_becomes_its_header() {
        for (auth, secret, name, value) in [
            (Auth::Bearer, "hunter2\n", "authorization", "Bearer hunter2"),
            (Auth::Basic, "u:hunter2", "authorization", "Basic dTpodW50ZXIy"),
            (header("X-App", Some("Bearer")), "hunter2", "x-app", "Bearer hunter2"),
            (header("X-App", None), "hunter2", "x-app", "hunter2"),
            (header("Authorization", Some("Token")), "hunter2", "authorization", "Token hunter2"),
        ] {
            assert_eq!(written(&auth, secret), Ok((name.to_owned(), value.to_owned())));
        }
    }

    #[test]
    fn what_cannot_be_a_credential_is_refused_without_showing_it() {
        for (auth, secret, error) in [
            (Auth::Bearer, " \n", CredentialError::Empty),
            (Auth::Basic, " \n", CredentialError::Empty),
            (Auth::Bearer, "hun\nter2", CredentialError::Characters),
            (Auth::Basic, "hunter2", CredentialError::NotUserAndPassword),
            (header("a b", None), "x", CredentialError::Header("a b".to_owned())),
        ] {
            assert_eq!(written(&auth, secret), Err(error));
        }
    }

    #[test]
    fn a_header_that_frames_or_routes_a_request_carries_no_credential() {
        for name in [
            "Host",
            "Transfer-Encoding",
            "Content-Length",
            "Connection",
            "Cookie",
            "Proxy-Authorization",
            "Content-Type",
        ] {
            let error = CredentialError::Reserved(name.parse().unwrap());
            assert_eq!(written(&header(name, None), "x"), Err(error), "{name}");
        }
    }
}
