//! How an instance reaches its app.

use super::address::ForbiddenTarget;
use super::auth::{Auth, CredentialError};
use super::base_url::BaseUrl;
use super::client_credentials::TokenUrl;
use super::network::NetworkError;
use super::pace::Rate;
use super::route::Route;
use secrecy::SecretString;
use std::time::Duration;

/// How one instance reaches its app.
#[derive(Debug, Clone)]
pub struct EgressConfig {
    /// The instance's name, for the log.
    pub instance: String,
    /// Where the app is, such as `https://api.app.example/v1`.
    pub base_url: BaseUrl,
    /// How the credential is sent.
    pub auth: Auth,
    /// The credential: `user:password` for [`Auth::Basic`], the client secret for [`Auth::ClientCredentials`].
    pub credential: SecretString,
    /// How connections are made, and which addresses they may reach.
    pub route: Route,
    /// For one attempt, from connecting to the last byte of the answer.
    pub request_timeout: Duration,
    /// The largest request body, in bytes.
    pub max_request_bytes: usize,
    /// The largest response body, in bytes.
    pub max_response_bytes: usize,
    /// Concurrent requests.
    pub concurrency: usize,
    /// Requests per second, if they are limited.
    pub rate: Option<Rate>,
}

impl EgressConfig {
    /// The usual limits: 20 s, 4 MiB out, 8 MiB in, 8 concurrent requests; no private addresses.
    #[must_use]
    pub fn new(instance: &str, base_url: BaseUrl, auth: Auth, credential: SecretString) -> Self {
        Self {
            instance: instance.to_owned(),
            base_url,
            auth,
            credential,
            route: Route::default(),
            request_timeout: Duration::from_secs(20),
            max_request_bytes: 4 << 20,
            max_response_bytes: 8 << 20,
            concurrency: 8,
            rate: None,
        }
    }
}

/// Why an instance's egress cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The app's address is forbidden.
    #[error("the base URL `{0}` {1}; set `allow-private-addresses` if the app is in your own network")]
    BaseUrl(Box<BaseUrl>, #[source] ForbiddenTarget),
    /// The authorization server's address is forbidden.
    #[error("the token URL `{0}` {1}; set `allow-private-addresses` if it is in your own network")]
    TokenUrl(TokenUrl, #[source] ForbiddenTarget),
    /// See [`CredentialError`].
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// See [`NetworkError`].
    #[error(transparent)]
    Network(#[from] NetworkError),
}
