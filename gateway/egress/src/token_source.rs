//! OAuth 2 client credentials (RFC 6749 §4.4): the instance's credential is exchanged for a short-lived token.
//!
//! Threats: a secret that leaks through an error (the server's own text is not repeated, only its error code), a token endpoint
//! inside the operator's network (the same address checks as for the app), and a stampede (only one request for a token at a
//! time; everyone else waits for its outcome, even if it is an error).

use super::attempt_error::AttemptError;
use super::auth::CredentialError;
use super::client_credentials::ClientCredentials;
use super::message::SendErrorCode;
use super::outgoing::Outgoing;
use super::presented::Presented;
use super::transport::{Incoming, Transport};
use http::HeaderValue;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, RequestTokenError,
    Scope, TokenResponse as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, timeout_at};

/// How long the authorization server may take.
const SERVER_TIME: Duration = Duration::from_secs(10);
/// The largest answer of an authorization server, in bytes; tokens have a few thousand.
const MAX_ANSWER_BYTES: usize = 64 << 10;
/// How long a token is used if the server states no lifetime (RFC 6749 §5.1 only recommends it); an app that refuses it earlier
/// answers 401.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);
/// A token is replaced this long before it expires, so that it does not expire on its way; a short-lived one is replaced after
/// nine tenths of its lifetime.
const EARLY: Duration = Duration::from_secs(60);
/// A token of this age may have been revoked.
const SETTLED: Duration = Duration::from_secs(30);
/// How long an error is returned to everyone who needs a token.
const ERROR_KEPT: Duration = Duration::from_secs(1);

/// Where an instance's tokens come from.
pub(crate) struct TokenSource {
    client: Client,
    /// The client secret, to remove it from the app's answers.
    secret: SecretString,
    scope: Option<String>,
    audience: Option<String>,
    transport: Arc<dyn Transport>,
    token: std::sync::Mutex<Option<Token>>,
    /// Held during a request to the server; the last error, and until when it is returned to everyone.
    last_error: Mutex<Option<(AttemptError, Instant)>>,
}

struct Token {
    presented: Presented,
    until: Instant,
    fetched: Instant,
}

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

impl TokenSource {
    pub(crate) fn new(
        client: &ClientCredentials,
        secret: &SecretString,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, CredentialError> {
        let secret = secret.expose_secret().trim();
        if secret.is_empty() {
            return Err(CredentialError::Empty);
        }
        let basic = BasicClient::new(ClientId::new(client.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret.to_owned()))
            .set_token_uri(oauth2::TokenUrl::from_url(client.token_url.url().clone()));
        let (scope, audience) = (client.scope.clone(), client.audience.clone());
        let secret = SecretString::from(secret);
        Ok(Self {
            client: basic,
            secret,
            scope,
            audience,
            transport,
            token: std::sync::Mutex::default(),
            last_error: Mutex::default(),
        })
    }

    /// A token that does not expire soon.
    pub(crate) async fn present(&self, deadline: Instant) -> Result<Presented, AttemptError> {
        let late =
            || AttemptError::new(SendErrorCode::Timeout, "the authorization server did not answer in time", false);
        if let Some(presented) = self.held() {
            return Ok(presented);
        }
        let mut last_error = timeout_at(deadline, self.last_error.lock()).await.map_err(|_| late())?;
        // Another request may have fetched one meanwhile.
        if let Some(presented) = self.held() {
            return Ok(presented);
        }
        let now = Instant::now();
        if let Some((error, until)) = &*last_error
            && now < *until
        {
            return Err(error.clone());
        }
        let limit = now + SERVER_TIME;
        let outcome = match timeout_at(deadline.min(limit), self.fetch()).await {
            Ok(outcome) => outcome,
            // This operation has run out of time, which says nothing about the next one.
            Err(_) if deadline < limit => return Err(late()),
            Err(_) => Err(late()),
        };
        match outcome {
            Ok((presented, lifetime)) => {
                let early = EARLY.min(lifetime / 10);
                // A lifetime that exceeds the range of the clock is not meant seriously.
                let until = Instant::now().checked_add(lifetime - early).unwrap_or(now + DEFAULT_LIFETIME);
                *self.token() = Some(Token { presented: presented.clone(), until, fetched: Instant::now() });
                Ok(presented)
            }
            Err(error) => {
                *last_error = Some((error.clone(), Instant::now() + ERROR_KEPT));
                Err(error)
            }
        }
    }

    /// Discards a token that the app did not accept. Returns whether a new one may help: a token that was fetched a moment ago is not
    /// the reason for the refusal, and a connector that requests what it may not see must not overload the authorization server.
    pub(crate) fn discard(&self, refused: &HeaderValue) -> bool {
        let mut token = self.token();
        match &*token {
            Some(held) if held.presented.value == *refused && held.fetched.elapsed() < SETTLED => false,
            Some(held) if held.presented.value == *refused => {
                *token = None;
                true
            }
            _ => true,
        }
    }

    fn held(&self) -> Option<Presented> {
        let now = Instant::now();
        self.token().as_ref().filter(|token| now < token.until).map(|token| token.presented.clone())
    }

    fn token(&self) -> std::sync::MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> Result<(Presented, Duration), AttemptError> {
        let mut request = self.client.exchange_client_credentials();
        if let Some(scope) = &self.scope {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if let Some(audience) = &self.audience {
            request = request.add_extra_param("audience", audience.clone());
        }
        let answer: BasicTokenResponse = request.request_async(&Wire(&*self.transport)).await.map_err(classified)?;
        let token = answer.access_token().secret();
        let value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| unusable("its token contains characters that are not allowed in a header"))?;
        Ok((
            Presented::new(value, &[token, self.secret.expose_secret()]),
            answer.expires_in().unwrap_or(DEFAULT_LIFETIME),
        ))
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSource({})", self.client.client_id().as_str())
    }
}

/// The cause of a failed exchange, without the server's own text, which may repeat the secret.
fn classified(error: RequestTokenError<AttemptError, BasicErrorResponse>) -> AttemptError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => {
            let code: String =
                answer.error().as_ref().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
            unusable(&format!("it refused with `{code}`"))
        }
        RequestTokenError::Parse(..) => unusable("its answer contains no token"),
        RequestTokenError::Other(_) => unusable("its answer is empty"),
    }
}

fn unusable(what: &str) -> AttemptError {
    AttemptError::new(SendErrorCode::Credential, format!("the authorization server issued no token: {what}"), false)
}

/// The instance's transport, as the OAuth library requires it.
struct Wire<'a>(&'a dyn Transport);

impl<'c> AsyncHttpClient<'c> for Wire<'_> {
    type Error = AttemptError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, AttemptError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let outgoing =
                Outgoing { method: head.method, uri: head.uri, headers: head.headers, body: Some(body.into()) };
            let answer = self.0.attempt(outgoing, MAX_ANSWER_BYTES).await.map_err(not_reached)?;
            let Incoming { status, headers, body, retry_after } = answer;
            if status == 429 || status >= 500 {
                let detail = format!("the authorization server answered {status}");
                return Err(AttemptError {
                    retry_after,
                    ..AttemptError::new(SendErrorCode::Unreachable, detail, false)
                });
            }
            let mut response = HttpResponse::new(body);
            *response.status_mut() = http::StatusCode::from_u16(status).map_err(|_| unusable("invalid HTTP status"))?;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// The app has not seen a request for which there was no token.
fn not_reached(mut error: AttemptError) -> AttemptError {
    error.detail.insert_str(0, "the authorization server: ");
    AttemptError { sent: false, ..error }
}
