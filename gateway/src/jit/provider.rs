//! One OpenID provider: its metadata and keys, remembered for an hour, and the exchange of a code for an ID token.
//!
//! Whatever people do, the provider is asked for its metadata at most once at a time, not again within five seconds of a failure,
//! and for newer keys at most once a minute: anybody may begin a sign-in, and a forged token may name any key.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;
use url::Url;

use super::claims::{Client, IdToken};
use super::clock::age;
use super::provider_http::{HttpError, ProviderHttp};
use crate::config::Jit;

/// How long metadata and keys are believed.
const FRESH: Duration = Duration::from_secs(3600);
/// How soon keys are asked for again because a token names one that is not known.
const REFRESH: Duration = Duration::from_secs(60);
/// How long a failure is answered again without asking.
const FAILED: Duration = Duration::from_secs(5);

/// A configured provider.
#[derive(Debug)]
pub(super) struct Provider {
    settings: Jit,
    redirect: RedirectUrl,
    http: ProviderHttp,
    known: Mutex<Known>,
}

/// What the provider says about itself.
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

/// Why the provider is of no use; for the log. Never holds a code, a token or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProviderError {
    /// No answer that could be read.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Metadata or keys that are none.
    #[error("the provider's metadata or keys cannot be used: {0}")]
    Metadata(String),
    /// No code was exchanged: a wrong secret, a code that was used before.
    #[error("the provider refused the code: {0}")]
    Refused(String),
    /// An answer of the token endpoint that is none.
    #[error("the provider's token answer cannot be used: {0}")]
    Answer(String),
}

impl Provider {
    pub(super) fn new(settings: Jit, redirect: Url, http: ProviderHttp) -> Self {
        // Only a loopback issuer may be plain, and only its own endpoints with it.
        let http = http.plain(settings.issuer.as_str().starts_with("http:"));
        Self { settings, redirect: RedirectUrl::from_url(redirect), http, known: Mutex::default() }
    }

    /// The address to which a browser is sent.
    pub(super) async fn authorization(
        &self,
        state: CsrfToken,
        nonce: Nonce,
        challenge: PkceCodeChallenge,
        now: SystemTime,
    ) -> Result<Url, ProviderError> {
        let discovered = self.discovered(now).await?;
        let request = discovered.client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce);
        let scopes = self.settings.scopes.iter().filter(|scope| scope.as_str() != "openid");
        let scopes = scopes.map(|scope| Scope::new(scope.as_str().to_owned()));
        let (url, _, _) = request.set_pkce_challenge(challenge).add_scopes(scopes).url();
        Ok(url)
    }

    /// The ID token for a code; not verified.
    pub(super) async fn exchange(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
        now: SystemTime,
    ) -> Result<IdToken, ProviderError> {
        let discovered = self.discovered(now).await?;
        let request = discovered.client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| ProviderError::Metadata("there is no token endpoint".to_owned()))?;
        let answer =
            request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(|error| match error {
                RequestTokenError::Request(error) => ProviderError::Http(error),
                RequestTokenError::ServerResponse(refusal) => ProviderError::Refused(readable(&refusal.to_string())),
                // The parser's own words may repeat a token.
                RequestTokenError::Parse(error, _) => {
                    ProviderError::Answer(format!("it, or the ID token in it, cannot be read at `{}`", error.path()))
                }
                RequestTokenError::Other(error) => ProviderError::Answer(readable(&error)),
            })?;
        answer.id_token().cloned().ok_or_else(|| ProviderError::Answer("there is no id_token".to_owned()))
    }

    /// Metadata and keys, not older than an hour.
    pub(super) async fn discovered(&self, now: SystemTime) -> Result<Arc<Discovered>, ProviderError> {
        let mut known = self.known.lock().await;
        if let Some(discovered) = known.discovered.as_ref().filter(|discovered| age(discovered.at, now) < FRESH) {
            return Ok(Arc::clone(discovered));
        }
        self.discover(&mut known, now).await
    }

    /// Metadata and keys that are newer than `old`, or `old` when it is younger than a minute.
    pub(super) async fn newer(&self, old: Arc<Discovered>, now: SystemTime) -> Result<Arc<Discovered>, ProviderError> {
        let mut known = self.known.lock().await;
        match &known.discovered {
            Some(current) if !Arc::ptr_eq(current, &old) => Ok(Arc::clone(current)),
            _ if age(old.at, now) < REFRESH => Ok(old),
            _ => self.discover(&mut known, now).await,
        }
    }

    async fn discover(&self, known: &mut Known, now: SystemTime) -> Result<Arc<Discovered>, ProviderError> {
        if let Some((at, error)) = known.failed.as_ref().filter(|(at, _)| age(*at, now) < FAILED) {
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
                known.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    async fn ask(&self, now: SystemTime) -> Result<Discovered, ProviderError> {
        let issuer = IssuerUrl::new(self.settings.issuer.as_str().to_owned());
        let issuer = issuer.map_err(|error| ProviderError::Metadata(error.to_string()))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await.map_err(|error| match error {
            DiscoveryError::Request(error) => ProviderError::Http(error),
            DiscoveryError::Response(_, _, text) => ProviderError::Metadata(readable(&text)),
            error => ProviderError::Metadata(readable(&source_text(&error))),
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

/// An error with its causes.
fn source_text(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A text of the provider's, fit for a log line.
pub(super) fn readable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
