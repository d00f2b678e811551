//! The connections of the instances: each has its own, which no other uses. Threat: whoever makes an app, or a proxy in front of it,
//! read one request as two leaves the second half on the connection, where the answer to another instance's request, or that request
//! with its credential, belongs to them. What instances share is what costs much and carries nothing: trusted authorities, and the
//! threads that look up names.
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
use super::tls::{Authorities, client_config};
use super::transport::Transport;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::client::Resumption;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// Idle connections that one instance keeps.
const MAX_IDLE: usize = 64;

/// What the connections of all instances have in common. One per process.
#[derive(Default)]
pub struct Network {
    lookups: Lookups,
    /// By the authorities that are trusted in addition to the system's; dropped with the last instance that trusts them.
    tls: Mutex<HashMap<Option<Authorities>, Weak<ClientConfig>>>,
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

    /// An instance's own connections: at most `connections` are kept for the next request.
    pub(crate) fn transport(&self, route: &Route, connections: usize) -> Result<Arc<dyn Transport>, NetworkError> {
        Ok(Arc::new(self.client(route, connections)?))
    }

    fn tls(&self, authorities: Option<&Authorities>) -> Result<Arc<ClientConfig>, NetworkError> {
        let mut configs = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        let authorities = authorities.cloned();
        if let Some(known) = configs.get(&authorities).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let config = Arc::new(client_config(authorities.as_ref())?);
        configs.retain(|_, known| known.strong_count() > 0);
        configs.insert(authorities, Arc::downgrade(&config));
        Ok(config)
    }

    /// A client that follows no redirects, keeps no cookies and takes no proxy from the environment.
    fn client(&self, route: &Route, connections: usize) -> Result<HttpClient, NetworkError> {
        let reach = match (&route.proxy, route.allow_private) {
            (Some(_), _) => Reach::Proxy,
            (None, true) => Reach::Private,
            (None, false) => Reach::Public,
        };
        let resolver = CheckingResolver { reach, lookups: self.lookups.clone() };
        let connector = Connector::new(resolver, route.proxy.as_ref().map(ProxyUrl::uri));
        let tls = self.tls(route.authorities.as_ref())?;
        let mut own = ClientConfig::clone(&tls);
        // A resumed session is a connection continued.
        own.resumption = Resumption::default();
        let https: HttpsConnector<Connector> = HttpsConnectorBuilder::new()
            .with_tls_config(own)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            // Apps close idle connections after about a minute; closing them first saves a retry.
            .pool_idle_timeout(Duration::from_secs(50))
            // Every connection that is not kept costs a handshake.
            .pool_max_idle_per_host(connections.min(MAX_IDLE))
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(KEEP_ALIVE)
            .build(Timed(https));
        Ok(HttpClient { client, _tls: tls })
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}
