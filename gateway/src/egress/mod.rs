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
//! | a stolen secret | the credential is put in here and is never in a connector's memory or a log (`credential`) |
//! | server-side request forgery, DNS rebinding | the connected address is the judged one (`address`, `resolver`) |
//! | a redirect out of all this | redirects are answers, not followed; no proxy from the environment |
//! | an answer without end | a byte cap while it streams, a time limit |
//! | the app's sessions leaking between operations | no cookies either way, no hop-by-hop headers |
//! | an app worked to death | calls at a time are limited per instance, 429 is honoured |
//!
//! Log lines carry method, path with its ids left out, status and milliseconds: no query, body or credential.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

mod address;
mod base_url;
mod budget;
mod credential;
mod headers;
mod message;
mod network;
mod path;
mod resolver;
mod retry;
mod transport;

pub use address::Place;
pub use base_url::{BaseUrl, BaseUrlError};
pub use budget::Budget;
pub use credential::{Auth, CredentialError};
pub use headers::HeaderError;
pub use message::{AppCall, AppRequest, AppResponse, SendError, SendErrorCode};
pub(crate) use network::tls;
pub use network::{Network, NetworkError};
pub use path::{AppPath, PathError};

use crate::observe::PathTemplate;
use credential::Credential;
use retry::Attempts;
use transport::{Failure, Incoming, Outgoing, Transport};

/// What one instance's way out is made of.
#[derive(Debug, Clone)]
pub struct EgressConfig {
    /// The instance's name, for the log.
    pub instance: String,
    /// Where the app is, such as `https://api.app.example/v1`.
    pub base_url: String,
    /// How the credential travels.
    pub auth: Auth,
    /// The credential; for [`Auth::Basic`] it is `user:password`.
    pub credential: SecretString,
    /// Whether the app may be on loopback or in a private network, and be spoken to without TLS.
    pub allow_private: bool,
    /// For one attempt, from connecting to the last byte of the answer.
    pub request_timeout: Duration,
    /// Largest body of a request, in bytes.
    pub max_request_bytes: usize,
    /// Largest body of an answer, in bytes.
    pub max_response_bytes: usize,
    /// Requests at the same time.
    pub concurrency: usize,
}

impl EgressConfig {
    /// The usual limits: 20 s, 4 MiB out, 8 MiB in, 8 at a time; no private addresses.
    #[must_use]
    pub fn new(instance: &str, base_url: &str, auth: Auth, credential: SecretString) -> Self {
        Self {
            instance: instance.to_owned(),
            base_url: base_url.to_owned(),
            auth,
            credential,
            allow_private: false,
            request_timeout: Duration::from_secs(20),
            max_request_bytes: 4 << 20,
            max_response_bytes: 8 << 20,
            concurrency: 8,
        }
    }
}

/// An instance's way out cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// See [`BaseUrlError`].
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    /// See [`CredentialError`].
    #[error(transparent)]
    Credential(#[from] CredentialError),
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
    transport: Arc<dyn Transport>,
}

impl Egress {
    /// Builds the way out of one instance over the shared connections of `network`.
    ///
    /// # Errors
    /// [`EgressError`] if the base URL or the credential cannot be used; an address in the base URL is judged here.
    pub fn new(config: EgressConfig, network: &Network) -> Result<Self, EgressError> {
        let transport = network.transport(config.allow_private);
        Self::over(config, transport)
    }

    fn over(config: EgressConfig, transport: Arc<dyn Transport>) -> Result<Self, EgressError> {
        Ok(Self {
            base_url: BaseUrl::parse(&config.base_url, config.allow_private)?,
            credential: Credential::new(&config.auth, &config.credential)?,
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

    /// Sends a connector's request and waits for the whole answer, within the operation's budget. A 429 that says how
    /// long to wait is waited for while time remains; what is safe to repeat is repeated once if the connection breaks.
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
        let outcome = self.exchange(outgoing, budget).await;
        let (status, error) = match &outcome {
            Ok(answer) => (Some(answer.status), None),
            Err(failure) => (None, Some(failure.code.as_str())),
        };
        tracing::info!(
            instance = self.instance, %method, path = %PathTemplate::of(path.as_str()), status, error,
            millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "app call"
        );
        let answer = outcome.map_err(|Failure { code, detail, sent }| SendError { code, detail, sent })?;
        Ok(AppResponse { status: answer.status, headers: headers::visible(&answer.headers), body: answer.body })
    }

    /// A connector's words made into a request that may leave, credential included.
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
        let mut headers =
            headers::checked(&request.headers, &self.credential.header).map_err(|error| refused(&error))?;
        headers.insert(self.credential.header.clone(), self.credential.value.clone());
        let url = self.base_url.join(path, &request.query).ok_or_else(|| refused(&"the path leaves the base URL"))?;
        if url.as_str().len() > LONGEST_URL {
            return Err(refused(&format!("path and query have more than {LONGEST_URL} bytes")));
        }
        if request.body.as_ref().is_some_and(|body| body.len() > self.max_request_bytes) {
            return Err(refused(&format!("the body has more than {} bytes", self.max_request_bytes)));
        }
        Ok(Outgoing { method, url, headers, body: request.body.map(Into::into) })
    }

    /// Attempts until there is something to give to the connector.
    async fn exchange(&self, request: Outgoing, budget: &Budget) -> Result<Incoming, Failure> {
        let mut attempts = Attempts::default();
        loop {
            let outcome = self.attempt(request.clone(), budget.deadline()).await;
            match attempts.again(&request.method, &outcome, rand::random()) {
                Some(wait) if budget.allows(wait) => sleep(wait).await,
                _ => return outcome,
            }
        }
    }

    /// One attempt, when there is a place for it.
    async fn attempt(&self, request: Outgoing, deadline: Instant) -> Result<Incoming, Failure> {
        let late = |sent, detail: &str| Failure { code: SendErrorCode::Timeout, detail: detail.to_owned(), sent };
        let Ok(place) = timeout_at(deadline, self.places.acquire()).await else {
            return Err(late(false, "too many calls to the app at the same time"));
        };
        let deadline = deadline.min(Instant::now() + self.request_timeout);
        let outcome = timeout_at(deadline, self.transport.attempt(request, self.max_response_bytes)).await;
        drop(place);
        outcome.unwrap_or_else(|_| Err(late(true, "the app did not answer in time")))
    }
}

fn refused(reason: &dyn fmt::Display) -> SendError {
    SendError::unsent(SendErrorCode::Refused, reason.to_string())
}

#[cfg(test)]
mod tests;
