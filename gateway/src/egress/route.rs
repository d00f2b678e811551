//! Which way an instance's connections take: who is trusted, through whom, and how far they may reach.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use http::Uri;
use http::uri::InvalidUri;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

/// What tells one way from another; instances on the same way share their connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Route {
    /// Whether the app may be on loopback or in a private network, and be spoken to without TLS.
    pub allow_private: bool,
    /// Certificate authorities that are trusted in addition to the system's.
    pub authorities: Option<Authorities>,
    /// The proxy through which everything goes.
    pub proxy: Option<ProxyUrl>,
}

/// Certificate authorities of a PEM file. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorities(Arc<[CertificateDer<'static>]>);

/// Why a file gives no certificate authorities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthoritiesError {
    /// Not PEM.
    #[error("it is not PEM: {0}")]
    Pem(String),
    /// PEM of something else.
    #[error("it holds no certificate; a certificate begins with -----BEGIN CERTIFICATE-----")]
    None,
    /// A certificate that rustls cannot use.
    #[error("its certificate number {0} cannot be used: {1}")]
    Certificate(usize, String),
}

/// `http://host:port` of a proxy that speaks CONNECT.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProxyUrl(Uri);

/// Why a text is not a proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyUrlError {
    /// Not a URL at all. The text is not repeated: it may hold a secret.
    #[error("it is not a URL ({0}); write one such as http://proxy.example:3128")]
    Syntax(String),
    /// Another kind of proxy.
    #[error("a proxy by `{0}` is not known here; write http://host:port")]
    Scheme(String),
    /// The text is not repeated: it holds a secret.
    #[error("the URL holds a user name or password; a proxy that asks for one cannot be used")]
    UserInformation,
    /// More than scheme, host and port.
    #[error("`{0}` has more than a host and a port; write http://host:port")]
    More(String),
}

impl Authorities {
    /// Reads all certificates of a PEM file.
    ///
    /// # Errors
    /// [`AuthoritiesError`]; one certificate that cannot be used refuses the file.
    pub fn from_pem(bytes: &[u8]) -> Result<Self, AuthoritiesError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| AuthoritiesError::Pem(error.to_string()))?;
        if certificates.is_empty() {
            return Err(AuthoritiesError::None);
        }
        let mut trial = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            let usable = trial.add(certificate.clone());
            usable.map_err(|error| AuthoritiesError::Certificate(index + 1, error.to_string()))?;
        }
        Ok(Self(certificates.into()))
    }

    pub(super) fn certificates(&self) -> impl Iterator<Item = CertificateDer<'static>> + '_ {
        self.0.iter().cloned()
    }
}

impl Hash for Authorities {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|certificate| certificate.as_ref().hash(state));
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}

impl ProxyUrl {
    pub(super) fn uri(&self) -> Uri {
        self.0.clone()
    }
}

impl FromStr for ProxyUrl {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, ProxyUrlError> {
        let url = Url::parse(text).map_err(|error| ProxyUrlError::Syntax(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProxyUrlError::UserInformation);
        }
        if url.scheme() != "http" {
            return Err(ProxyUrlError::Scheme(url.scheme().to_owned()));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(ProxyUrlError::More(text.to_owned()));
        }
        Ok(Self(url.as_str().parse().map_err(|error: InvalidUri| ProxyUrlError::Syntax(error.to_string()))?))
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_and_a_port() {
        for (text, expected) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://10.0.0.1:3128/", "http://10.0.0.1:3128"),
            ("proxy", "it is not a URL (relative URL without a base); write one such as http://proxy.example:3128"),
            ("socks5://proxy", "a proxy by `socks5` is not known here; write http://host:port"),
            (
                "http://u:hunter2@proxy",
                "the URL holds a user name or password; a proxy that asks for one cannot be used",
            ),
            ("http://proxy/x", "`http://proxy/x` has more than a host and a port; write http://host:port"),
        ] {
            let outcome = text.parse::<ProxyUrl>();
            assert_eq!(outcome.map_or_else(|error| error.to_string(), |url| url.to_string()), expected);
        }
    }

    #[test]
    fn a_file_without_usable_certificates_says_so() {
        let wrong = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (text, expected) in [
            ("", "it holds no certificate"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it holds no certificate"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n", "it is not PEM"),
            (wrong, "its certificate number 1 cannot be used"),
        ] {
            let error = Authorities::from_pem(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
