//! How a credential is sent, and why it may be unusable.

use super::client_credentials::ClientCredentials;
use http::header::HeaderName;

/// How a credential is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer <secret>` (RFC 6750).
    Bearer,
    /// `<header>: [<scheme> ]<secret>`.
    Header {
        /// The header's name.
        header: String,
        /// The word before the secret.
        scheme: Option<String>,
    },
    /// `Authorization: Basic …` (RFC 7617); the secret is `user:password`.
    Basic,
    /// `Authorization: Bearer <token>`, with a token that the secret is exchanged for (RFC 6749 §4.4).
    ClientCredentials(ClientCredentials),
}

/// Why a credential cannot be used. Never contains the credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// There is nothing.
    #[error("the credential is empty")]
    Empty,
    /// Line breaks and the like.
    #[error("the credential contains characters that are not allowed in a header, such as a line break in the middle")]
    Characters,
    /// RFC 7617 §2.
    #[error("a basic credential must have the form `user:password`")]
    NotUserAndPassword,
    /// Not a header name.
    #[error("`{0}` is not a header name")]
    Header(String),
    /// The header frames, routes or describes a request.
    #[error("header `{0}` cannot carry a credential: it frames, routes or describes a request")]
    Reserved(HeaderName),
}
