//! How an instance's connections are made.

use super::proxy_url::ProxyUrl;
use super::tls::Authorities;

/// How an instance's connections are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Route {
    /// Whether the app may be on loopback or in a private network, and be reached without TLS.
    pub allow_private: bool,
    /// Certificate authorities that are trusted in addition to the system's.
    pub authorities: Option<Authorities>,
    /// The proxy for all connections.
    pub proxy: Option<ProxyUrl>,
}
