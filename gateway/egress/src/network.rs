//! The connections that instances share: one HTTP client per [`Route`], not per instance, so that each further instance costs
//! only a few hundred bytes.
//!
//! A proxy resolves the app's name itself and connects to it, so the gateway cannot check that address. It still checks an
//! address in the base URL when the instance is built, a connector still names no host, and https targets are reached with
//! CONNECT, so that TLS ends at the app and the proxy reads nothing. Names that resolve to internal addresses are for the proxy
//! to refuse.

use super::connection::{Connector, KEEP_ALIVE, Timed};
use super::http_client::HttpClient;
use super::proxy_url::ProxyUrl;
use super::resolver::{CheckingResolver, Lookups, Reach};
use super::route::Route;
use super::tls::client_config;
use super::transport::Transport;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// All connections of this process. One per process.
#[derive(Default)]
pub struct Network {
    lookups: Lookups,
    /// An HTTP client is dropped with the last instance that uses its route.
    clients: Mutex<HashMap<Route, Weak<HttpClient>>>,
}

/// Why an HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// rustls rejected its configuration.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

impl Network {
    /// No connections yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The connections of a route, shared by all instances that use it.
    pub(crate) fn transport(&self, route: &Route) -> Result<Arc<dyn Transport>, NetworkError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = clients.get(route).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let client = Arc::new(self.client(route)?);
        clients.retain(|_, known| known.strong_count() > 0);
        clients.insert(route.clone(), Arc::downgrade(&client));
        Ok(client)
    }

    /// A client that follows no redirects, keeps no cookies and takes no proxy from the environment.
    fn client(&self, route: &Route) -> Result<HttpClient, NetworkError> {
        let reach = match (&route.proxy, route.allow_private) {
            (Some(_), _) => Reach::Proxy,
            (None, true) => Reach::Private,
            (None, false) => Reach::Public,
        };
        let resolver = CheckingResolver { reach, lookups: self.lookups.clone() };
        let connector = Connector::new(resolver, route.proxy.as_ref().map(ProxyUrl::uri));
        let https: HttpsConnector<Connector> = HttpsConnectorBuilder::new()
            .with_tls_config(client_config(route.authorities.as_ref())?)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(connector);
        Ok(Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            // Apps close idle connections after about a minute; closing them first saves a retry.
            .pool_idle_timeout(Duration::from_secs(50))
            // As many as a busy instance uses: every connection that is not kept costs a handshake.
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
