//! The credentials that an app accepts.

use serde::Deserialize;

/// One way to authenticate to the app.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AuthMethod {
    /// How the credential is sent.
    pub kind: AuthKind,
    /// The header's name; only for [`AuthKind::Header`].
    pub header: Option<String>,
    /// The word before the credential; only for [`AuthKind::Header`].
    pub scheme: Option<String>,
    /// Used only if the operator asks for it.
    #[serde(default)]
    pub legacy: bool,
}

/// How a credential is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthKind {
    /// `Authorization: Bearer …`.
    Bearer,
    /// A header that the app defines.
    Header,
    /// User name and password (RFC 7617).
    Basic,
}
