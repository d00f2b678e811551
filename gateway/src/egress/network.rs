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

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::connection::{Connector, KEEP_ALIVE, Timed};
use super::resolver::{JudgingResolver, Lookups, Reach};
use super::route::{Authorities, ProxyUrl, Route};
use super::transport::{HttpClient, Transport};

/// The ways out. One per process.
#[derive(Default)]
pub struct Network {
    lookups: Lookups,
    /// An HTTP client goes when the last instance on its way has gone.
    clients: Mutex<HashMap<Route, Weak<HttpClient>>>,
}

/// An HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// rustls refused its configuration.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
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

    /// What connects, pools and speaks HTTP, and no more: it follows no redirect, keeps no cookie and reads no proxy from the environment.
    fn client(&self, route: &Route) -> Result<HttpClient, NetworkError> {
        let reach = match (&route.proxy, route.allow_private) {
            (Some(_), _) => Reach::Proxy,
            (None, true) => Reach::Private,
            (None, false) => Reach::Public,
        };
        let resolver = JudgingResolver { reach, lookups: self.lookups.clone() };
        let connector = Connector::new(resolver, route.proxy.as_ref().map(ProxyUrl::uri));
        let https: HttpsConnector<Connector> = HttpsConnectorBuilder::new()
            .with_tls_config(tls(route.authorities.as_ref())?)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(connector);
        Ok(Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            // Apps close idle connections after a minute or so; being first saves a retry.
            .pool_idle_timeout(Duration::from_secs(50))
            // As many as a busy instance uses: each one more costs a handshake.
            .pool_max_idle_per_host(64)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(KEEP_ALIVE)
            .build(Timed(https)))
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
    Ok(match Verifier::new_with_extra_roots(added, Arc::clone(&provider)) {
        Ok(verifier) => {
            builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        Err(error) => {
            tracing::warn!(%error, "no certificate authorities on this system: install ca-certificates to reach apps over TLS");
            builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    })
}
