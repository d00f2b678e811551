//! One OpenID provider: its metadata and keys, cached for an hour, and the exchange of a code for an ID token.
//!
//! The metadata is requested by one sign-in at a time and not within five seconds of a failure, and newer keys are requested at
//! most once a minute: anybody can start a sign-in, and a forged token may name any key.

use super::claims::{Client, IdToken};
use super::clock::{Clock, age};
use super::provider_http::{HttpError, ProviderHttp};
use crate::config::Jit;
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use secrecy::ExposeSecret as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;
use url::Url;

/// How long metadata and keys are cached.
const CACHE_TIME: Duration = Duration::from_secs(3600);
/// The shortest time before keys are requested again because a token names an unknown key.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60);
/// How long a failure is repeated without another request.
const FAILURE_TIME: Duration = Duration::from_secs(5);

/// A configured provider.
#[derive(Debug)]
pub(super) struct Provider {
    settings: Jit,
    redirect: RedirectUrl,
    http: ProviderHttp,
    clock: Clock,
    known: Mutex<Known>,
}

/// The provider's metadata and keys.
#[derive(Debug)]
pub(super) struct Discovered {
    pub(super) metadata: CoreProviderMetadata,
    client: Client,
    at: SystemTime,
}

#[derive(Debug, Default)]
struct Known {
    discovered: Option<Arc<Discovered>>,
    failed: Option<(SystemTime, ProviderError)>,
}

/// Why the provider cannot be used; for the log. Never contains a code, a token or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProviderError {
    /// No sanitized response.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Invalid metadata or keys.
    #[error("the provider's metadata or keys are invalid: {0}")]
    Metadata(String),
    /// The code was not exchanged: a wrong secret, or a code that was used before.
    #[error("the provider refused the code: {0}")]
    Refused(String),
    /// An invalid response from the token endpoint.
    #[error("the provider's token response is invalid: {0}")]
    Response(String),
}

impl Provider {
    pub(super) fn new(settings: Jit, redirect: Url, http: ProviderHttp, clock: Clock) -> Self {
        // Only a loopback issuer may use plain http, and only with its own endpoints.
        let http = http.plain(settings.issuer.as_str().starts_with("http:"));
        Self { settings, redirect: RedirectUrl::from_url(redirect), http, clock, known: Mutex::default() }
    }

    /// The URL to redirect a browser to.
    pub(super) async fn authorization(
        &self,
        state: CsrfToken,
        nonce: Nonce,
        challenge: PkceCodeChallenge,
    ) -> Result<Url, ProviderError> {
        let discovered = self.discovered().await?;
        let request = discovered.client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce);
        let scopes = self.settings.scopes.iter().filter(|scope| scope.as_str() != "openid");
        let scopes = scopes.map(|scope| Scope::new(scope.as_str().to_owned()));
        let (url, _, _) = request.set_pkce_challenge(challenge).add_scopes(scopes).url();
        Ok(url)
    }

    /// Exchanges a code for an ID token, which is not verified yet.
    pub(super) async fn exchange(&self, code: String, verifier: PkceCodeVerifier) -> Result<IdToken, ProviderError> {
        let discovered = self.discovered().await?;
        let request = discovered.client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| ProviderError::Metadata("there is no token endpoint".to_owned()))?;
        let answer =
            request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(|error| match error {
                RequestTokenError::Request(error) => ProviderError::Http(error),
                RequestTokenError::ServerResponse(refusal) => ProviderError::Refused(sanitized(&refusal.to_string())),
                // The parser's message may repeat a token.
                RequestTokenError::Parse(error, _) => {
                    ProviderError::Response(format!("it, or the ID token in it, cannot be read at `{}`", error.path()))
                }
                RequestTokenError::Other(error) => ProviderError::Response(sanitized(&error)),
            })?;
        answer.id_token().cloned().ok_or_else(|| ProviderError::Response("there is no id_token".to_owned()))
    }

    /// Metadata and keys that are at most an hour old.
    pub(super) async fn discovered(&self) -> Result<Arc<Discovered>, ProviderError> {
        let mut known = self.known.lock().await;
        // After the wait for those who asked before: what they learned is new.
        let now = self.clock.now();
        if let Some(discovered) = known.discovered.as_ref().filter(|discovered| age(discovered.at, now) < CACHE_TIME) {
            return Ok(Arc::clone(discovered));
        }
        self.discover(&mut known, now).await
    }

    /// Metadata and keys that are newer than `old`, or `old` if it is less than a minute old.
    pub(super) async fn newer(&self, old: Arc<Discovered>) -> Result<Arc<Discovered>, ProviderError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        match &known.discovered {
            Some(current) if !Arc::ptr_eq(current, &old) => Ok(Arc::clone(current)),
            _ if age(old.at, now) < REFRESH_INTERVAL => Ok(old),
            _ => self.discover(&mut known, now).await,
        }
    }

    async fn discover(&self, known: &mut Known, now: SystemTime) -> Result<Arc<Discovered>, ProviderError> {
        if let Some((at, error)) = known.failed.as_ref().filter(|(at, _)| age(*at, now) < FAILURE_TIME) {
            tracing::debug!(target: "scim_gateway::jit", ?at, "the provider failed a moment ago");
            return Err(error.clone());
        }
        match self.ask(now).await {
            Ok(discovered) => {
                let discovered = Arc::new(discovered);
                *known = Known { discovered: Some(Arc::clone(&discovered)), failed: None };
                Ok(discovered)
            }
            Err(error) => {
                // A provider that does not answer has taken longer than a failure is remembered.
                known.failed = Some((self.clock.now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn ask(&self, now: SystemTime) -> Result<Discovered, ProviderError> {
        let issuer = IssuerUrl::new(self.settings.issuer.as_str().to_owned());
        let issuer = issuer.map_err(|error| ProviderError::Metadata(error.to_string()))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await.map_err(|error| match error {
            DiscoveryError::Request(error) => ProviderError::Http(error),
            DiscoveryError::Response(_, _, text) => ProviderError::Metadata(sanitized(&text)),
            error => ProviderError::Metadata(sanitized(&source_text(&error))),
        })?;
        let authorization = metadata.authorization_endpoint().url();
        self.http.check(Some(authorization.scheme()), authorization.as_str())?;
        Ok(Discovered { client: self.client(&metadata), metadata, at: now })
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        // OpenID Connect Discovery §3: without a list it is client_secret_basic.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let authentication = if basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        Client::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(authentication)
    }
}

/// An error with its causes, as text.
fn source_text(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A text from the provider, made safe for a log line.
pub(super) fn sanitized(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
