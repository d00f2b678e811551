//! The types of the table's values; each accepts only valid values.

use crate::config::word::words;
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

words! {
    /// The claim of the ID token that becomes the account's user name.
    EmailClaim {
        /// `email`; refused if the provider says that it is not verified.
        Email = "email",
        /// `preferred_username`: at Entra the user principal name, which a tenant can assign only within its own domains.
        PreferredUsername = "preferred_username",
        /// `upn`: the same, as an optional claim at Entra.
        Upn = "upn",
    }
}

/// An issuer identifier (OpenID Connect Core §2), kept exactly as written: a trailing slash matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

/// A scope token (RFC 6749 §3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(String);

/// An absolute `https` or `http` URL for a person's browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInUrl(Url);

/// The domain of an e-mail address, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailDomain(String);

/// Why a value in the table is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JitError {
    /// Not a URL.
    #[error("`{0}` is not a URL ({1}); write one that starts with https://")]
    Syntax(String, String),
    /// Codes and tokens would be sent unencrypted.
    #[error("`{0}` is not https; plain http is allowed only for a loopback address")]
    Plain(String),
    /// User information, a query or a fragment in an issuer; the text may contain a secret and is not repeated.
    #[error("an issuer has no user name, query or fragment; write it exactly as in the provider's metadata")]
    NotBare,
    /// The URL of the metadata instead of the issuer.
    #[error("this is the URL of the provider's metadata; write it without `/.well-known/openid-configuration`")]
    Metadata,
    /// One of Entra's multi-tenant endpoints.
    #[error("`{0}` accepts people from any tenant; write https://login.microsoftonline.com/<your tenant's id>/v2.0")]
    AnyTenant(String),
    /// A user name or password in a URL for browsers; the text is not repeated.
    #[error("the URL contains a user name or password, or does not start with https:// or http://")]
    UserInformation,
    /// Not a scope.
    #[error("`{0}` is not a single scope; put each scope in its own quotes, without spaces")]
    Scope(String),
    /// Not a domain.
    #[error("`{0}` is not a domain; write one such as example.com, without an @ sign")]
    Domain(String),
}

impl EmailClaim {
    /// The scope that makes a provider include the claim in the ID token; `upn` is configured at Entra, not requested.
    pub(super) fn scope(self) -> Scope {
        Scope(if self == Self::Email { "email" } else { "profile" }.to_owned())
    }
}

impl Issuer {
    /// The issuer exactly as the provider writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Issuer {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let url = Url::parse(text).map_err(|error| JitError::Syntax(text.to_owned(), error.to_string()))?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.query().is_some() || url.fragment().is_some() {
            return Err(JitError::NotBare);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err(JitError::Plain(text.to_owned()));
        }
        if url.path().contains("/.well-known/") {
            return Err(JitError::Metadata);
        }
        let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
        if matches!(first, "common" | "organizations" | "consumers")
            && url.domain().is_some_and(|domain| domain.starts_with("login."))
        {
            return Err(JitError::AnyTenant(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scope {
    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let token = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        if text.is_empty() || !text.chars().all(token) {
            Err(JitError::Scope(text.to_owned()))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl SignInUrl {
    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for SignInUrl {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let url = Url::parse(text).map_err(|error| JitError::Syntax(text.to_owned(), error.to_string()))?;
        let plain = matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
        if plain { Ok(Self(url)) } else { Err(JitError::UserInformation) }
    }
}

impl EmailDomain {
    /// The domain in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailDomain {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let labels = text.split('.').all(|label| {
            !label.is_empty() && !label.starts_with('-') && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
        if labels && text.len() <= 253 {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(JitError::Domain(text.to_owned()))
        }
    }
}

/// Whether a URL refers to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_kept_exactly_as_written() {
        for text in [
            "https://accounts.google.com",
            "https://acme.eu.auth0.com/",
            "https://login.microsoftonline.com/3f2b6c1e-0000-4000-8000-000000000000/v2.0",
            "http://127.0.0.1:4711",
            "http://localhost:4711",
            "http://[::1]:4711/realm",
        ] {
            assert_eq!(text.parse::<Issuer>().expect(text).as_str(), text);
        }
    }

    #[test]
    fn an_unsafe_issuer_is_refused_with_a_remedy() {
        for (text, expected) in [
            ("accounts.google.com", "https://"),
            ("http://sso.example.com", "loopback"),
            ("ftp://sso.example.com", "loopback"),
            ("https://user:hidden@sso.example.com", "metadata"),
            ("https://sso.example.com?tenant=1", "no user name, query"),
            ("https://sso.example.com/.well-known/openid-configuration", "without"),
            ("https://login.microsoftonline.com/common/v2.0", "tenant's id"),
            ("https://login.microsoftonline.us/organizations/v2.0", "tenant's id"),
        ] {
            let error = text.parse::<Issuer>().expect_err(text).to_string();
            assert!(error.contains(expected) && !error.contains("hidden"), "{text}: {error}");
        }
    }

    #[test]
    fn only_single_scopes_and_plain_domains_and_urls_are_accepted() {
        assert!("email".parse::<Scope>().is_ok() && "email profile".parse::<Scope>().is_err());
        assert_eq!("Example.COM".parse::<EmailDomain>().expect("a domain").as_str(), "example.com");
        for text in ["", "@example.com", "a@b.c", "example..com", "-a.com", "exämple.com"] {
            assert!(text.parse::<EmailDomain>().is_err(), "{text}");
        }
        for text in ["javascript:alert(1)", "https://user:hidden@app.example", "app.example/login", "data:text/html,x"]
        {
            assert!(text.parse::<SignInUrl>().is_err(), "{text}");
        }
    }
}
