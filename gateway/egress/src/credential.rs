//! The credential: it is read once, becomes a header here, and appears nowhere else.
//!
//! Threat: a secret in a log, an error, a panic message or a connector's memory. `Debug` and `Display` do not show it,
//! connectors cannot set its header, and it is removed from the app's answers (`redactor`). The header that carries it must not
//! frame or route the request.

use super::attempt_error::AttemptError;
use super::auth::{Auth, CredentialError};
use super::headers::may_carry_credential;
use super::presented::Presented;
use super::redactor::MIN_BYTES;
use super::token_source::TokenSource;
use super::transport::Transport;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::Arc;
use tokio::time::Instant;

/// A credential, ready to be presented.
#[derive(Debug)]
pub(crate) enum Credential {
    Fixed(FixedHeader),
    /// Boxed because it is large and few instances have one.
    Exchanged(Box<TokenSource>),
}

/// A header with a fixed value.
pub(crate) struct FixedHeader {
    name: HeaderName,
    presented: Presented,
}

impl Credential {
    /// White space around the secret is trimmed: files end with line breaks.
    pub(crate) fn new(
        auth: &Auth,
        secret: &SecretString,
        transport: &Arc<dyn Transport>,
    ) -> Result<Self, CredentialError> {
        Ok(match auth {
            Auth::ClientCredentials(client) => {
                Self::Exchanged(Box::new(TokenSource::new(client, secret, Arc::clone(transport))?))
            }
            Auth::Bearer => Self::Fixed(FixedHeader::plain(AUTHORIZATION, Some("Bearer"), secret)?),
            Auth::Basic => {
                let pair = secret.expose_secret().trim();
                if !pair.is_empty() && !pair.contains(':') {
                    return Err(CredentialError::NotUserAndPassword);
                }
                let encoded = STANDARD.encode(pair);
                let (user, password) = pair.split_once(':').unwrap_or(("", pair));
                // Where the password is only a placeholder such as `x`, the user name is the key.
                let secret = if password.len() < MIN_BYTES { user } else { password };
                // Some software omits the padding of base64.
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

    /// The header that carries the credential.
    pub(crate) fn header(&self) -> &HeaderName {
        match self {
            Self::Fixed(header) => &header.name,
            Self::Exchanged(_) => &AUTHORIZATION,
        }
    }

    /// What a request that is sent now presents.
    pub(crate) async fn present(&self, deadline: Instant) -> Result<Presented, AttemptError> {
        match self {
            Self::Fixed(header) => Ok(header.presented.clone()),
            Self::Exchanged(source) => source.present(deadline).await,
        }
    }

    /// Called when the app answered 401. Whether there may be a new value now.
    pub(crate) fn renew(&self, value: &HeaderValue) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Exchanged(source) => source.discard(value),
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
        Ok(Self { name, presented: Presented::new(value, secrets) })
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

    fn header_of(auth: &Auth, secret: &str) -> Result<(String, String), CredentialError> {
        let transport: Arc<dyn Transport> = Arc::new(crate::tests::Script::default());
        let credential = Credential::new(auth, &SecretString::from(secret), &transport)?;
        assert!(!format!("{credential:?}").contains("hunter2"));
        let Credential::Fixed(FixedHeader { name, presented: Presented { value, .. } }) = credential else {
            panic!("a fixed header")
        };
        assert!(!format!("{value:?}").contains("hunter2"));
        Ok((name.to_string(), value.to_str().unwrap().to_owned()))
    }

    fn header(name: &str, scheme: Option<&str>) -> Auth {
        Auth::Header { header: name.to_owned(), scheme: scheme.map(ToOwned::to_owned) }
    }

    #[test]
    fn every_kind_of_credential_has_its_header() {
        for (auth, secret, name, value) in [
            (Auth::Bearer, "hunter2\n", "authorization", "Bearer hunter2"),
            (Auth::Basic, "u:hunter2", "authorization", "Basic dTpodW50ZXIy"),
            (header("X-App", Some("Bearer")), "hunter2", "x-app", "Bearer hunter2"),
            (header("X-App", None), "hunter2", "x-app", "hunter2"),
            (header("Authorization", Some("Token")), "hunter2", "authorization", "Token hunter2"),
        ] {
            assert_eq!(header_of(&auth, secret), Ok((name.to_owned(), value.to_owned())));
        }
    }

    #[test]
    fn an_unusable_credential_is_refused_without_showing_it() {
        for (auth, secret, error) in [
            (Auth::Bearer, " \n", CredentialError::Empty),
            (Auth::Basic, " \n", CredentialError::Empty),
            (Auth::Bearer, "hun\nter2", CredentialError::Characters),
            (Auth::Basic, "hunter2", CredentialError::NotUserAndPassword),
            (header("a b", None), "x", CredentialError::Header("a b".to_owned())),
        ] {
            assert_eq!(header_of(&auth, secret), Err(error));
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
            assert_eq!(header_of(&header(name, None), "x"), Err(error), "{name}");
        }
    }
}
