//! The connections that instances share: one HTTP client per [`Route`], not per instance, so that the
//! five-hundredth instance costs a few hundred bytes.
//!
//! With a proxy, the proxy resolves the app's name and connects to it, so the gateway cannot judge that address. What it still does:
//! an address written into the base URL is judged when the instance is built, a connector still names no host, and https
//! targets are reached by CONNECT, so that TLS ends at the app and the proxy reads nothing. Which names lead inside is the proxy's to
//! know and to refuse.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::resolver::{JudgingResolver, Lookups, Reach};
use super::route::{Authorities, Route};
use super::transport::Transport;

/// The ways out. One per process.
#[derive(Default)]
pub struct Network {
    lookups: Lookups,
    /// An HTTP client goes when the last instance on its way has gone.
    clients: Mutex<HashMap<Route, Weak<reqwest::Client>>>,
}

/// An HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// rustls refused its configuration.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// reqwest refused its configuration.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

impl Network {
    /// No connections yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The connections of a way, shared with all instances on the same one.
    pub(super) fn transport(&self, route: &Route) -> Result<Arc<dyn Transport>, NetworkError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = clients.get(route).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let client = Arc::new(self.client(route)?);
        clients.retain(|_, known| known.strong_count() > 0);
        clients.insert(route.clone(), Arc::downgrade(&client));
        Ok(client)
    }

    /// No redirects (the connector sees them), no proxy from the environment, no referer, no cookies: the feature is not
    /// compiled in.
    fn client(&self, route: &Route) -> Result<reqwest::Client, NetworkError> {
        let reach = match (&route.proxy, route.allow_private) {
            (Some(_), _) => Reach::Proxy,
            (None, true) => Reach::Private,
            (None, false) => Reach::Public,
        };
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(route.authorities.as_ref())?)
            .dns_resolver(JudgingResolver { reach, lookups: self.lookups.clone() })
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("scim-gateway/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            // Apps close idle connections after a minute or so; being first saves a retry.
            .pool_idle_timeout(Duration::from_secs(50))
            .pool_max_idle_per_host(32)
            .tcp_nodelay(true);
        let builder = match &route.proxy {
            Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.as_str())?),
            None => builder,
        };
        Ok(builder.build()?)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

/// Whom the gateway trusts over TLS: the system's certificate authorities, and `more`. Without any authority there is a
/// warning, and every TLS connection fails.
pub(crate) fn tls(more: Option<&Authorities>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = || ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let added = more.into_iter().flat_map(Authorities::certificates);
    let mut config = match Verifier::new_with_extra_roots(added, Arc::clone(&provider)) {
        Ok(verifier) => {
            builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        Err(error) => {
            tracing::warn!(%error, "no certificate authorities on this system: install ca-certificates to reach apps over TLS");
            builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
