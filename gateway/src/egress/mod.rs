//! The only way out: every byte to an app leaves through [`Egress::send`].
//!
//! A connector is somebody else's code inside somebody else's network, and it decides what is sent. The threats, and
//! what stands against each, in the order in which a request meets them:
//!
//! | threat | answer |
//! |---|---|
//! | calls without end | a [`Budget`] per operation |
//! | another host or a path outside the base URL | [`AppPath`]; a connector never names a host |
//! | an unforeseen method (`CONNECT`, `TRACE`) | five methods, no others |
//! | request smuggling, forged origin, another's credential | a header deny-list (`headers`) |
//! | a stolen secret | the credential is put in here and never given to a connector or a log (`credential`, `oauth`) |
//! | an app that shows the credential to its connector | it is taken out of every answer (`echo`) |
//! | server-side request forgery, DNS rebinding | the connected address is the judged one (`address`, `resolver`) |
//! | a redirect out of all this | redirects are answers, not followed; no proxy but the configured one (`network`) |
//! | an answer without end | a byte cap while it streams, a time limit |
//! | the app's sessions leaking between operations | no cookies either way, no hop-by-hop headers |
//! | an app worked to death | calls at a time and a second are limited per instance (`pace`), 429 is honoured, retries are few |
//! | an app that is down, and all who wait for it | a circuit breaker (`breaker`) |
//!
//! Log lines carry method, path with its ids left out, status and milliseconds: no query, body or credential.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

mod address;
mod base_url;
mod breaker;
mod budget;
mod connection;
mod credential;
mod echo;
mod headers;
mod message;
mod network;
mod oauth;
mod pace;
mod path;
mod resolver;
mod retry;
mod route;
mod transport;

pub use address::{Place, Unreachable};
pub use base_url::{BaseUrl, BaseUrlError};
pub use breaker::Circuit;
pub use budget::Budget;
pub use credential::{Auth, CredentialError};
pub use headers::HeaderError;
pub use message::{AppCall, AppRequest, AppResponse, SendError, SendErrorCode};
pub(crate) use network::tls;
pub use network::{Network, NetworkError};
pub use oauth::{ClientCredentials, TokenUrl, TokenUrlError};
pub use pace::Rate;
pub use path::{AppPath, PathError};
pub use route::{Authorities, AuthoritiesError, ProxyUrl, ProxyUrlError, Route};

use crate::observe::PathTemplate;
use breaker::{Breaker, Pass};
use credential::Credential;
use pace::Pace;
use retry::Attempts;
use transport::{Failure, Incoming, Outgoing, Transport};

/// What one instance's way out is made of.
#[derive(Debug, Clone)]
pub struct EgressConfig {
    /// The instance's name, for the log.
    pub instance: String,
    /// Where the app is, such as `https://api.app.example/v1`.
    pub base_url: BaseUrl,
    /// How the credential travels.
    pub auth: Auth,
    /// The credential; for [`Auth::Basic`] it is `user:password`, for [`Auth::ClientCredentials`] the client's secret.
    pub credential: SecretString,
    /// Which way connections take, and how far they may reach.
    pub route: Route,
    /// For one attempt, from connecting to the last byte of the answer.
    pub request_timeout: Duration,
    /// Largest body of a request, in bytes.
    pub max_request_bytes: usize,
    /// Largest body of an answer, in bytes.
    pub max_response_bytes: usize,
    /// Requests at the same time.
    pub concurrency: usize,
    /// Requests a second, if they are limited.
    pub rate: Option<Rate>,
}

impl EgressConfig {
    /// The usual limits: 20 s, 4 MiB out, 8 MiB in, 8 at a time; no private addresses.
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

/// An instance's way out cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The app's place is closed.
    #[error("the base URL `{0}` {1}; set `allow-private-addresses` if the app is in your own network")]
    BaseUrl(Box<BaseUrl>, #[source] Unreachable),
    /// The authorization server's place is closed.
    #[error("the token URL `{0}` {1}; set `allow-private-addresses` if it is in your own network")]
    TokenUrl(TokenUrl, #[source] Unreachable),
    /// See [`CredentialError`].
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// See [`NetworkError`].
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// One instance's way to its app.
#[derive(Debug)]
pub struct Egress {
    instance: String,
    base_url: BaseUrl,
    credential: Credential,
    request_timeout: Duration,
    max_request_bytes: usize,
    max_response_bytes: usize,
    places: Semaphore,
    pace: Pace,
    breaker: Breaker,
    transport: Arc<dyn Transport>,
}

impl Egress {
    /// Builds the way out of one instance over the shared connections of `network`.
    ///
    /// # Errors
    /// [`EgressError`] if the base URL, the token URL or the credential cannot be used; addresses in the URLs are judged here.
    pub fn new(config: EgressConfig, network: &Network) -> Result<Self, EgressError> {
        let transport = network.transport(&config.route)?;
        Self::over(config, transport)
    }

    fn over(config: EgressConfig, transport: Arc<dyn Transport>) -> Result<Self, EgressError> {
        let allow_private = config.route.allow_private;
        let closed = |closed| EgressError::BaseUrl(config.base_url.clone().into(), closed);
        config.base_url.judge(allow_private).map_err(closed)?;
        if let Auth::ClientCredentials(ClientCredentials { token_url, .. }) = &config.auth {
            token_url.judge(allow_private).map_err(|closed| EgressError::TokenUrl(token_url.clone(), closed))?;
        }
        Ok(Self {
            credential: Credential::new(&config.auth, &config.credential, &transport)?,
            breaker: Breaker::new(&config.instance),
            pace: Pace::new(config.rate),
            base_url: config.base_url,
            instance: config.instance,
            request_timeout: config.request_timeout,
            max_request_bytes: config.max_request_bytes,
            max_response_bytes: config.max_response_bytes,
            places: Semaphore::new(config.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            transport,
        })
    }

    /// Where the app is.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// How the instance's circuit stands.
    #[must_use]
    pub fn circuit(&self) -> Circuit {
        self.breaker.circuit()
    }

    /// Sends a connector's request and waits for the whole answer, within the operation's budget. An app that asks for a pause gets
    /// it while time remains, what is safe to repeat is repeated, and an app that is down is not asked.
    ///
    /// # Errors
    /// [`SendError`]; its `sent` says whether the app may have acted.
    pub async fn send(&self, request: AppRequest, budget: &mut Budget) -> Result<AppResponse, SendError> {
        if !budget.take() {
            return Err(SendError::unsent(SendErrorCode::Budget, "the operation has used up its calls to the app"));
        }
        let path = request.path.parse::<AppPath>().map_err(|error| refused(&error))?;
        let outgoing = self.checked(request, &path)?;
        let (method, started) = (outgoing.method.clone(), Instant::now());
        let outcome = match self.breaker.pass() {
            Ok(pass) => {
                let outcome = self.exchange(outgoing, budget).await;
                judge(pass, &outcome);
                outcome
            }
            Err(wait) => Err(later(SendErrorCode::CircuitOpen, "the app has not answered for a while", wait)),
        };
        let (status, error) = match &outcome {
            Ok(answer) => (Some(answer.status), None),
            Err(failure) => (None, Some(failure.code.as_str())),
        };
        tracing::info!(
            instance = self.instance, %method, path = %PathTemplate::of(path.as_str()), status, error,
            millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "app call"
        );
        let answer = outcome.map_err(|failure| {
            let Failure { code, detail, sent, retry_after, of_app: _ } = failure;
            SendError { code, detail, sent, retry_after }
        })?;
        let headers = headers::visible(&answer.headers, answer.retry_after);
        Ok(AppResponse { status: answer.status, headers, body: answer.body })
    }

    /// A connector's words made into a request that may leave; the credential is put in last.
    fn checked(&self, request: AppRequest, path: &AppPath) -> Result<Outgoing, SendError> {
        /// Longest URL that apps and what stands before them take.
        const LONGEST_URL: usize = 16 << 10;
        let method = match request.method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            other => {
                return Err(refused(&format!(
                    "method `{}` is not one of GET, POST, PUT, PATCH, DELETE",
                    other.escape_debug()
                )));
            }
        };
        let headers = headers::checked(&request.headers, self.credential.header()).map_err(|error| refused(&error))?;
        let uri = self.base_url.join(path, &request.query).ok_or_else(|| refused(&"path and query make no URL"))?;
        if uri.path_and_query().is_some_and(|path| path.as_str().len() > LONGEST_URL) {
            return Err(refused(&format!("path and query have more than {LONGEST_URL} bytes")));
        }
        if request.body.as_ref().is_some_and(|body| body.len() > self.max_request_bytes) {
            return Err(refused(&format!("the body has more than {} bytes", self.max_request_bytes)));
        }
        Ok(Outgoing { method, uri, headers, body: request.body.map(Into::into) })
    }

    /// Attempts until there is something to give to the connector.
    async fn exchange(&self, request: Outgoing, budget: &mut Budget) -> Result<Incoming, Failure> {
        let (mut attempts, mut exchanged) = (Attempts::default(), false);
        loop {
            let credential = self.credential.shown(budget.deadline()).await;
            let credential = credential.map_err(|failure| Failure { of_app: false, ..failure })?;
            let mut attempt = request.clone();
            attempt.headers.insert(self.credential.header().clone(), credential.value.clone());
            let outcome = self.attempt(attempt, budget).await;
            if !exchanged && matches!(&outcome, Ok(answer) if answer.status == 401) {
                exchanged = true;
                // 401 was not acted on, whatever the method.
                if self.credential.refused(&credential.value) && budget.take() {
                    continue;
                }
            }
            match attempts.again(&request.method, &outcome, rand::random()) {
                Some(wait) if budget.allows(wait) && budget.take() => sleep(wait).await,
                _ => return outcome.map(|answer| credential.echo.silence(answer)),
            }
        }
    }

    /// One attempt, at its turn and when there is a place for it.
    async fn attempt(&self, request: Outgoing, budget: &Budget) -> Result<Incoming, Failure> {
        /// An app that had less time than this is not blamed for it.
        const SLOW: Duration = Duration::from_secs(5);
        let soon = Duration::from_secs(1);
        let fast = |wait| later(SendErrorCode::RateLimited, "the instance's calls to the app are too many", wait);
        if let Some(turn) = self.pace.turn(budget.latest()).map_err(fast)? {
            sleep_until(turn).await;
        }
        let place = timeout_at(budget.latest(), self.places.acquire()).await.map_err(|_| fast(soon))?;
        let begun = Instant::now();
        let deadline = budget.deadline().min(begun + self.request_timeout);
        let outcome = timeout_at(deadline, self.transport.attempt(request, self.max_response_bytes)).await;
        drop(place);
        let late = |_| Failure {
            of_app: deadline - begun >= SLOW.min(self.request_timeout),
            ..Failure::new(SendErrorCode::Timeout, "the app did not answer in time", true)
        };
        let answer = outcome.map_err(late)??;
        if let (429, Some(wait)) = (answer.status, answer.retry_after) {
            self.pace.hold(wait);
        }
        Ok(answer)
    }
}

/// Tells the breaker what an exchange says of the app, which may be nothing.
fn judge(pass: Pass<'_>, outcome: &Result<Incoming, Failure>) {
    use SendErrorCode::{Interrupted, Timeout, TooLarge, Unreachable};
    match outcome {
        Ok(answer) if retry::is_away(answer.status) => pass.failed(&format!("it answered {}", answer.status)),
        Ok(_) => pass.answered(),
        Err(failure) if !failure.of_app => drop(pass),
        Err(failure) => match failure.code {
            TooLarge => pass.answered(),
            Unreachable | Interrupted | Timeout => pass.failed(failure.code.as_str()),
            _ => drop(pass),
        },
    }
}

/// What was not sent, and not for the app's sake.
fn later(code: SendErrorCode, detail: &str, wait: Duration) -> Failure {
    Failure { retry_after: Some(wait), of_app: false, ..Failure::new(code, detail, false) }
}

fn refused(reason: &dyn fmt::Display) -> SendError {
    SendError::unsent(SendErrorCode::Refused, reason.to_string())
}

#[cfg(test)]
mod tests;
