//! One instance's way to its app: the rules, the credential, and the attempts.

use super::attempt_error::AttemptError;
use super::auth::Auth;
use super::base_url::BaseUrl;
use super::breaker::{Breaker, Circuit, Permit};
use super::budget::Budget;
use super::client_credentials::ClientCredentials;
use super::config::{EgressConfig, EgressError};
use super::credential::Credential;
use super::headers;
use super::message::{AppRequest, AppResponse, SendError, SendErrorCode};
use super::network::Network;
use super::outgoing::{Outgoing, Rules, refused};
use super::pace::Pace;
use super::path::AppPath;
use super::path_template::PathTemplate;
use super::purpose::Purpose;
use super::retry::{Retries, is_unavailable};
use super::transport::{Incoming, Transport};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// A timeout with less time than this is not counted against the app.
const FAIR_TIME: Duration = Duration::from_secs(5);

/// One instance's way to its app.
#[derive(Debug)]
pub struct Egress {
    instance: String,
    base_url: BaseUrl,
    credential: Credential,
    request_timeout: Duration,
    max_request_bytes: usize,
    max_response_bytes: usize,
    slots: Semaphore,
    pace: Pace,
    breaker: Breaker,
    transport: Arc<dyn Transport>,
}

impl Egress {
    /// Builds the egress of one instance, with connections of its own.
    ///
    /// # Errors
    /// [`EgressError`] if the base URL, the token URL or the credential cannot be used; addresses in the URLs are checked here.
    pub fn new(config: EgressConfig, network: &Network) -> Result<Self, EgressError> {
        let transport = network.transport(&config.route, config.concurrency)?;
        Self::over(config, transport)
    }

    pub(crate) fn over(config: EgressConfig, transport: Arc<dyn Transport>) -> Result<Self, EgressError> {
        let allow_private = config.route.allow_private;
        let forbidden = |forbidden| EgressError::BaseUrl(config.base_url.clone().into(), forbidden);
        config.base_url.judge(allow_private).map_err(forbidden)?;
        if let Auth::ClientCredentials(ClientCredentials { token_url, .. }) = &config.auth {
            let forbidden = |forbidden| EgressError::TokenUrl(token_url.clone(), forbidden);
            token_url.judge(allow_private).map_err(forbidden)?;
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
            slots: Semaphore::new(config.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            transport,
        })
    }

    /// Where the app is.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// The state of the instance's circuit breaker.
    #[must_use]
    pub fn circuit(&self) -> Circuit {
        self.breaker.circuit()
    }

    /// Sends a connector's request and waits for the whole answer, within the operation's budget. A rehearsal sends only what
    /// cannot change the app. A pause that the app asks for is kept while time remains, requests that are safe to repeat are
    /// repeated, and an app that is down is not called.
    ///
    /// # Errors
    /// [`SendError`]; its `sent` tells whether the app may have acted.
    pub async fn send(
        &self,
        request: AppRequest,
        purpose: Purpose,
        budget: &mut Budget,
    ) -> Result<AppResponse, SendError> {
        if !purpose.permits(&request.method) {
            let detail = "this is a rehearsal: nothing that could change the app is sent";
            return Err(SendError::unsent(SendErrorCode::Rehearsal, detail));
        }
        if !budget.take() {
            return Err(SendError::unsent(SendErrorCode::Budget, "the operation has used up its calls to the app"));
        }
        let path = request.path.parse::<AppPath>().map_err(|error| refused(&error))?;
        let (base_url, credential) = (&self.base_url, self.credential.header());
        let rules = Rules { base_url, credential, max_body_bytes: self.max_request_bytes };
        let outgoing = Outgoing::check(request, &path, rules)?;
        let (method, started) = (outgoing.method.clone(), Instant::now());
        let outcome = match self.breaker.permit() {
            Ok(permit) => {
                let outcome = self.exchange(outgoing, budget).await;
                report(permit, &outcome);
                outcome
            }
            Err(wait) => {
                Err(AttemptError::not_now(SendErrorCode::CircuitOpen, "the app has not answered for a while", wait))
            }
        };
        let (status, error) = match &outcome {
            Ok(answer) => (Some(answer.status), None),
            Err(error) => (None, Some(error.code.as_str())),
        };
        tracing::info!(
            target: "scim_gateway::egress",
            instance = self.instance, %method, path = %PathTemplate::of(path.as_str()), status, error,
            millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "app call"
        );
        let answer = outcome?;
        let headers = headers::visible(&answer.headers, answer.retry_after);
        Ok(AppResponse { status: answer.status, headers, body: answer.body })
    }

    /// Repeats attempts until there is an outcome for the connector.
    async fn exchange(&self, request: Outgoing, budget: &mut Budget) -> Result<Incoming, AttemptError> {
        let (mut retries, mut renewed) = (Retries::default(), false);
        loop {
            let credential = self.credential.present(budget.deadline()).await;
            let credential = credential.map_err(|error| AttemptError { about_app: false, ..error })?;
            let mut attempt = request.clone();
            attempt.headers.insert(self.credential.header().clone(), credential.value.clone());
            let outcome = self.attempt(attempt, budget).await;
            if !renewed && matches!(&outcome, Ok(answer) if answer.status == 401) {
                renewed = true;
                // The app did not act on a request that it answered with 401, whatever the method.
                if self.credential.renew(&credential.value) && budget.take() {
                    continue;
                }
            }
            match retries.delay(&request.method, &outcome, rand::random()) {
                Some(wait) if budget.allows(wait) && budget.take() => sleep(wait).await,
                _ => return outcome.map(|answer| credential.redactor.redact(answer)),
            }
        }
    }

    /// One attempt, when its turn has come and a slot is free.
    async fn attempt(&self, request: Outgoing, budget: &Budget) -> Result<Incoming, AttemptError> {
        let too_many = |wait| {
            AttemptError::not_now(SendErrorCode::RateLimited, "the instance's calls to the app are too many", wait)
        };
        if let Some(turn) = self.pace.turn(budget.latest()).map_err(too_many)? {
            sleep_until(turn).await;
        }
        let slot = timeout_at(budget.latest(), self.slots.acquire()).await;
        let slot = slot.map_err(|_| too_many(Duration::from_secs(1)))?;
        let begun = Instant::now();
        let deadline = budget.deadline().min(begun + self.request_timeout);
        let outcome = timeout_at(deadline, self.transport.attempt(request, self.max_response_bytes)).await;
        drop(slot);
        let late = |_| AttemptError {
            about_app: deadline - begun >= FAIR_TIME.min(self.request_timeout),
            ..AttemptError::new(SendErrorCode::Timeout, "the app did not answer in time", true)
        };
        let answer = outcome.map_err(late)??;
        if let (429, Some(wait)) = (answer.status, answer.retry_after) {
            self.pace.hold(wait);
        }
        Ok(answer)
    }
}

/// Tells the circuit breaker what an exchange says about the app, which may be nothing.
fn report(permit: Permit<'_>, outcome: &Result<Incoming, AttemptError>) {
    use SendErrorCode::{Interrupted, Timeout, TooLarge, Unreachable};
    match outcome {
        Ok(answer) if is_unavailable(answer.status) => permit.failed(&format!("it answered {}", answer.status)),
        Ok(_) => permit.answered(),
        Err(error) if !error.about_app => drop(permit),
        Err(error) => match error.code {
            TooLarge => permit.answered(),
            Unreachable | Interrupted | Timeout => permit.failed(error.code.as_str()),
            _ => drop(permit),
        },
    }
}
