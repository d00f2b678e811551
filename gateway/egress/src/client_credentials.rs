//! Where and how a token is requested.

use super::address::{ForbiddenTarget, judge_url};
use std::fmt;
use std::str::FromStr;
use url::Url;

/// The address of a token endpoint: `https` or `http`, without user information or fragment (RFC 6749 §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUrl(Url);

/// Why a text is not a valid token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenUrlError {
    /// Not a URL at all. The text is not repeated: it may contain a secret.
    #[error("it is not a URL ({0}); write one such as https://login.example.com/oauth2/token")]
    Syntax(String),
    /// A scheme other than http and https.
    #[error("the scheme `{0}` cannot be used; write https://…")]
    Scheme(String),
    /// The text is not repeated: it contains a secret.
    #[error("the URL contains a user name or password; set `client-id` and `credential` instead")]
    UserInformation,
    /// RFC 6749 §3.2.
    #[error("`{0}` has a fragment; remove what follows the #")]
    Fragment(String),
}

/// What is sent to the authorization server, besides the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The token endpoint.
    pub token_url: TokenUrl,
    /// The gateway's client id at the authorization server.
    pub client_id: String,
    /// Scopes, separated by spaces.
    pub scope: Option<String>,
    /// The audience of the token, if the server requires one.
    pub audience: Option<String>,
}

impl TokenUrl {
    /// The URL.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether requests may go there; `allow_private` permits plain http, loopback and private networks.
    ///
    /// # Errors
    /// [`ForbiddenTarget`].
    pub fn judge(&self, allow_private: bool) -> Result<(), ForbiddenTarget> {
        judge_url(&self.0, allow_private)
    }
}

impl FromStr for TokenUrl {
    type Err = TokenUrlError;

    fn from_str(text: &str) -> Result<Self, TokenUrlError> {
        let url = Url::parse(text).map_err(|error| TokenUrlError::Syntax(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TokenUrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TokenUrlError::UserInformation);
        }
        if url.fragment().is_some() {
            return Err(TokenUrlError::Fragment(text.to_owned()));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for TokenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
