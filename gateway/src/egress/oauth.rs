//! OAuth 2 client credentials (RFC 6749 §4.4): the instance's credential is exchanged for a short-lived token.
//!
//! Threats: a secret that leaks through an error (the server's own words are not repeated, only its error code), a token endpoint
//! inside the operator's network (the same address checks as for the app), and a stampede (one request for a token at a time; whoever
//! comes meanwhile waits for its outcome, a failure included).

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Arc, PoisonError};

use http::HeaderValue;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, RequestTokenError,
    Scope, TokenResponse as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, timeout_at};
use url::Url;

use super::address::{Unreachable, judge_url};
use super::credential::{CredentialError, Shown};
use super::message::SendErrorCode;
use super::transport::{Failure, Incoming, Outgoing, Transport};

/// How long the authorization server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer of an authorization server, in bytes; tokens have a few thousand.
const LONGEST_ANSWER: usize = 64 << 10;
/// How long a token is used whose lifetime is not told (RFC 6749 §5.1 only recommends it); an app that refuses it earlier answers 401.
const UNTOLD_LIFETIME: Duration = Duration::from_secs(3600);
/// A token is exchanged so long before its end, so that it does not expire on its way; of a short-lived one a tenth.
const EARLY: Duration = Duration::from_secs(60);
/// A token of this age may have been revoked since.
const SETTLED: Duration = Duration::from_secs(30);
/// How long a failure is the answer to everyone who asks for a token.
const FAILURE_KEPT: Duration = Duration::from_secs(1);

/// The address of a token endpoint: `https` or `http`, without user information or fragment (RFC 6749 §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUrl(Url);

/// Why a text is not a token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenUrlError {
    /// Not a URL at all. The text is not repeated: it may hold a secret.
    #[error("it is not a URL ({0}); write one such as https://login.example.com/oauth2/token")]
    Syntax(String),
    /// A scheme other than http and https.
    #[error("the scheme `{0}` cannot be used; write https://…")]
    Scheme(String),
    /// The text is not repeated: it holds a secret.
    #[error("the URL holds a user name or password; give them as `client-id` and `credential`")]
    UserInformation,
    /// RFC 6749 §3.2.
    #[error("`{0}` has a fragment; remove what follows the #")]
    Fragment(String),
}

/// What is asked of the authorization server, besides the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The token endpoint.
    pub token_url: TokenUrl,
    /// What the authorization server calls this gateway.
    pub client_id: String,
    /// Scopes, parted by spaces.
    pub scope: Option<String>,
    /// Whom the token is for, where the server wants to be told.
    pub audience: Option<String>,
}

/// Where an instance's tokens come from.
pub(super) struct TokenSource {
    client: Client,
    /// The client's, to recognise it in the app's answers.
    secret: SecretString,
    scope: Option<String>,
    audience: Option<String>,
    transport: Arc<dyn Transport>,
    token: std::sync::Mutex<Option<Token>>,
    /// Held by whoever asks the server; the last failure, and for how long it is everyone's answer.
    flight: Mutex<Option<(Failure, Instant)>>,
}

struct Token {
    shown: Shown,
    until: Instant,
    fetched: Instant,
}

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

impl TokenUrl {
    /// Whether it may be connected to; `allow_private` opens plain http, loopback and private networks.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub fn judge(&self, allow_private: bool) -> Result<(), Unreachable> {
        judge_url(&self.0, allow_private)
    }
}

impl FromStr for TokenUrl {
    type Err = TokenUrlError;

    fn from_str(text: &str) -> Result<Self, TokenUrlError> {
        let url = Url::parse(text).map_err(|error| TokenUrlError::Syntax(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TokenUrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TokenUrlError::UserInformation);
        }
        if url.fragment().is_some() {
            return Err(TokenUrlError::Fragment(text.to_owned()));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for TokenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TokenSource {
    pub(super) fn new(
        asked: &ClientCredentials,
        secret: &SecretString,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, CredentialError> {
        let secret = secret.expose_secret().trim();
        if secret.is_empty() {
            return Err(CredentialError::Empty);
        }
        let client = BasicClient::new(ClientId::new(asked.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret.to_owned()))
            .set_token_uri(oauth2::TokenUrl::from_url(asked.token_url.0.clone()));
        let (scope, audience) = (asked.scope.clone(), asked.audience.clone());
        let secret = SecretString::from(secret);
        Ok(Self {
            client,
            secret,
            scope,
            audience,
            transport,
            token: std::sync::Mutex::default(),
            flight: Mutex::default(),
        })
    }

    /// The header's value that carries a token which is good for a while yet.
    pub(super) async fn shown(&self, deadline: Instant) -> Result<Shown, Failure> {
        let late = || Failure::new(SendErrorCode::Timeout, "the authorization server did not answer in time", false);
        if let Some(shown) = self.at_hand() {
            return Ok(shown);
        }
        let mut flight = timeout_at(deadline, self.flight.lock()).await.map_err(|_| late())?;
        // Somebody else may have asked meanwhile.
        if let Some(shown) = self.at_hand() {
            return Ok(shown);
        }
        let now = Instant::now();
        if let Some((failure, until)) = &*flight
            && now < *until
        {
            return Err(failure.clone());
        }
        let limit = now + PATIENCE;
        let outcome = match timeout_at(deadline.min(limit), self.fetch()).await {
            Ok(outcome) => outcome,
            // Its own time is over, which says nothing about the next one's.
            Err(_) if deadline < limit => return Err(late()),
            Err(_) => Err(late()),
        };
        match outcome {
            Ok((shown, lifetime)) => {
                let early = EARLY.min(lifetime / 10);
                // A lifetime beyond what a clock can hold is told by nobody who means it.
                let until = Instant::now().checked_add(lifetime - early).unwrap_or(now + UNTOLD_LIFETIME);
                *self.token() = Some(Token { shown: shown.clone(), until, fetched: Instant::now() });
                Ok(shown)
            }
            Err(failure) => {
                *flight = Some((failure.clone(), Instant::now() + FAILURE_KEPT));
                Err(failure)
            }
        }
    }

    /// Forgets a token that the app did not accept. Answers whether another one may help: one that was fetched a moment ago is not
    /// why the app refuses, and a connector that asks for what nobody may see must not wear out the authorization server.
    pub(super) fn forget(&self, refused: &HeaderValue) -> bool {
        let mut token = self.token();
        match &*token {
            Some(held) if held.shown.value == *refused && held.fetched.elapsed() < SETTLED => false,
            Some(held) if held.shown.value == *refused => {
                *token = None;
                true
            }
            _ => true,
        }
    }

    fn at_hand(&self) -> Option<Shown> {
        let now = Instant::now();
        self.token().as_ref().filter(|token| now < token.until).map(|token| token.shown.clone())
    }

    fn token(&self) -> std::sync::MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> Result<(Shown, Duration), Failure> {
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
            .map_err(|_| unusable("its token has characters no header can carry"))?;
        Ok((Shown::new(value, &[token, self.secret.expose_secret()]), answer.expires_in().unwrap_or(UNTOLD_LIFETIME)))
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSource({})", self.client.client_id().as_str())
    }
}

/// What is known of a failed exchange without the server's own words, which may repeat what it was sent.
fn classified(error: RequestTokenError<Failure, BasicErrorResponse>) -> Failure {
    match error {
        RequestTokenError::Request(failure) => failure,
        RequestTokenError::ServerResponse(answer) => {
            let word: String =
                answer.error().as_ref().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
            unusable(&format!("it refused with `{word}`"))
        }
        RequestTokenError::Parse(..) => unusable("its answer is no token"),
        RequestTokenError::Other(_) => unusable("its answer is empty"),
    }
}

fn unusable(what: &str) -> Failure {
    Failure::new(SendErrorCode::Credential, format!("the authorization server gave no token: {what}"), false)
}

/// The instance's own way out, as the protocol's library wants it.
struct Wire<'a>(&'a dyn Transport);

impl<'c> AsyncHttpClient<'c> for Wire<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let outgoing =
                Outgoing { method: head.method, uri: head.uri, headers: head.headers, body: Some(body.into()) };
            let answer = self.0.attempt(outgoing, LONGEST_ANSWER).await.map_err(not_reached)?;
            let Incoming { status, headers, body, retry_after } = answer;
            if status == 429 || status >= 500 {
                let detail = format!("the authorization server answered {status}");
                return Err(Failure { retry_after, ..Failure::new(SendErrorCode::Unreachable, detail, false) });
            }
            let mut response = HttpResponse::new(body);
            *response.status_mut() = http::StatusCode::from_u16(status).map_err(|_| unusable("its status is none"))?;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// The app has seen nothing of a request whose token was not to be had.
fn not_reached(mut failure: Failure) -> Failure {
    failure.detail.insert_str(0, "the authorization server: ");
    Failure { sent: false, ..failure }
}
