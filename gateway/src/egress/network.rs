//! The connections that all instances share: one HTTP client per network policy, not per instance, so that the
//! five-hundredth instance costs a few hundred bytes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::resolver::JudgingResolver;
use super::transport::Transport;

/// The two ways out: to the public internet only, and to private networks as well. Cheap to clone.
#[derive(Clone)]
pub struct Network {
    public: Arc<dyn Transport>,
    private: Arc<dyn Transport>,
}

/// The HTTP clients could not be built.
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
    /// Clients that trust the system's certificate authorities.
    ///
    /// # Errors
    /// [`NetworkError`] if TLS or the client cannot be set up at all. Without any authority on the system there is a
    /// warning, and every TLS connection fails.
    pub fn new() -> Result<Self, NetworkError> {
        let tls = tls()?;
        Ok(Self { public: Arc::new(client(&tls, false)?), private: Arc::new(client(&tls, true)?) })
    }

    pub(super) fn transport(&self, allow_private: bool) -> Arc<dyn Transport> {
        Arc::clone(if allow_private { &self.private } else { &self.public })
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

/// Whom the gateway trusts over TLS: the system's certificate authorities.
pub(crate) fn tls() -> Result<ClientConfig, rustls::Error> {
    let builder = || {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()
    };
    let mut config = match builder()?.with_platform_verifier() {
        Ok(verified) => verified.with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no certificate authorities on this system: install ca-certificates to reach apps over TLS");
            builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// No redirects (the connector sees them), no proxy from the environment, no referer, no cookies: the feature is not
/// compiled in.
fn client(tls: &ClientConfig, allow_private: bool) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .dns_resolver(JudgingResolver { allow_private })
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("scim-gateway/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(5))
        // Apps close idle connections after a minute or so; being first saves a retry.
        .pool_idle_timeout(Duration::from_secs(50))
        .pool_max_idle_per_host(32)
        .tcp_nodelay(true)
        .build()
}
