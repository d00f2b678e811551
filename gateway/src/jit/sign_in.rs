//! One instance's sign-in, from the first redirect to the account.

use super::accounts::{AccountError, Accounts, Created};
use super::browser::BrowserCookie;
use super::callback::Callback;
use super::claims::{Claims, IdToken};
use super::clock::Clock;
use super::error::SignInError;
use super::gate::Gate;
use super::id_token::{Expected, TokenError, verify};
use super::pending::{PendingSignIn, PendingSignIns};
use super::person::Person;
use super::provider::{Provider, ProviderError, sanitized};
use super::provider_http::ProviderHttp;
use crate::admission::InFlight;
use crate::config::{InstanceName, Jit};
use http::HeaderMap;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
use std::net::IpAddr;
use std::time::SystemTime;
use url::Url;

/// The number of random bytes in the state, the nonce and the cookie's value.
const SECRET_BYTES: u32 = 32;

/// The sign-in of one instance. It contains the pending sign-ins, so it must be kept as long as its settings do not change.
#[derive(Debug)]
pub struct SignIn<A> {
    settings: Jit,
    start: Url,
    provider: Provider,
    pending: PendingSignIns,
    gate: Gate,
    accounts: A,
    clock: Clock,
}

/// The request with which a browser comes back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Returning<'a> {
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) browser: IpAddr,
    pub(super) correlation: &'a str,
}

/// Where the browser is redirected, and its cookie.
#[derive(Debug)]
pub(super) struct Redirect {
    pub(super) location: Url,
    pub(super) cookie: String,
}

impl<A: Accounts> SignIn<A> {
    /// The sign-in of an instance; sends nothing to the provider yet.
    pub fn new(instance: &InstanceName, settings: Jit, accounts: A, http: ProviderHttp, clock: Clock) -> Self {
        let start = below(settings.public_url.url(), &[instance.as_str(), "jit"]);
        let redirect = below(&start, &["callback"]);
        let provider = Provider::new(settings.clone(), redirect, http, clock.clone());
        Self { settings, start, provider, pending: PendingSignIns::new(), gate: Gate::new(), accounts, clock }
    }

    /// Where the accounts are created.
    pub fn accounts(&self) -> &A {
        &self.accounts
    }

    /// The URL where a sign-in starts, as browsers see it.
    pub fn start(&self) -> &Url {
        &self.start
    }

    /// Redirects the browser to the provider.
    pub(super) async fn begin(&self, browser: IpAddr) -> Result<Redirect, SignInError> {
        let now = self.clock.now();
        let visit = self.gate.enter(browser)?;
        visit.start(now)?;
        let state = CsrfToken::new_random_len(SECRET_BYTES);
        let nonce = Nonce::new_random_len(SECRET_BYTES);
        let browser = CsrfToken::new_random_len(SECRET_BYTES).into_secret();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let cookie = self.cookie(state.secret()).set(&browser);
        let location = self.provider.authorization(state.clone(), nonce.clone(), challenge).await?;
        self.pending.insert(state.into_secret(), PendingSignIn { nonce, verifier, browser, at: now });
        Ok(Redirect { location, cookie })
    }

    /// Handles the callback, and redirects the browser to the app once there is an account. The account takes a place of
    /// `in_flight`, as every other operation does.
    pub(super) async fn finish(&self, back: Returning<'_>, in_flight: &InFlight) -> Result<Redirect, SignInError> {
        let (person, cookie) = self.person(back).await?;
        let _permit = in_flight.try_enter("max-in-flight").map_err(AccountError::from)?;
        let created = self.accounts.create_if_absent(&person.email, &person.groups, back.correlation).await?;
        let outcome = match created {
            Created::Created => "created",
            Created::Completed => "completed",
            Created::Existed => "existed",
        };
        tracing::info!(target: "scim_gateway::jit", correlation = back.correlation, outcome, "signed in");
        Ok(Redirect { location: self.settings.sign_in_url.url().clone(), cookie: cookie.clear() })
    }

    /// The person whom the provider confirms, and the cookie of their sign-in.
    async fn person(&self, back: Returning<'_>) -> Result<(Person, BrowserCookie), SignInError> {
        let now = self.clock.now();
        let visit = self.gate.enter(back.browser)?;
        let callback = Callback::parse(back.query).ok_or(SignInError::InvalidCallback)?;
        let pending = self.pending.take(&callback.state, now).ok_or(SignInError::UnknownState)?;
        let cookie = self.cookie(&callback.state);
        if !cookie.matches(back.headers, &pending.browser) {
            return Err(SignInError::OtherBrowser);
        }
        if callback.issuer.is_some_and(|issuer| issuer != self.settings.issuer.as_str()) {
            return Err(SignInError::OtherIssuer);
        }
        let code = callback.outcome.map_err(|error| SignInError::Denied {
            code: sanitized(&error.code),
            description: sanitized(&error.description),
        })?;
        if let Err(error) = visit.redeem(now) {
            // Nothing was sent, so the person can open the page again.
            self.pending.insert(callback.state, pending);
            return Err(error.into());
        }
        let confirmed = self.confirmed(code, pending).await;
        if !is_refusal(&confirmed) {
            visit.not_refused(self.clock.now());
        }
        Ok((confirmed?, cookie))
    }

    async fn confirmed(&self, code: String, pending: PendingSignIn) -> Result<Person, SignInError> {
        let PendingSignIn { nonce, verifier, at, .. } = pending;
        let token = self.provider.exchange(code, verifier).await?;
        // The exchange may have taken seconds.
        let now = self.clock.now();
        Ok(Person::of(self.verified(&token, &nonce, at, now).await?, &self.settings)?)
    }

    async fn verified<'t>(
        &self,
        token: &'t IdToken,
        nonce: &Nonce,
        began: SystemTime,
        now: SystemTime,
    ) -> Result<&'t Claims, SignInError> {
        let expected = Expected { client_id: &self.settings.client_id, nonce, began, now };
        let provider = self.provider.discovered().await?;
        match verify(token, &provider, &expected) {
            Err(TokenError::UnknownKey) => {
                let provider = self.provider.newer(provider).await?;
                Ok(verify(token, &provider, &expected)?)
            }
            verified => Ok(verified?),
        }
    }

    fn cookie(&self, state: &str) -> BrowserCookie {
        BrowserCookie::of(state, !self.settings.public_url.is_plain())
    }
}

/// Whether the provider did not accept the code. What it answers to one that it accepted is not the browser's doing.
fn is_refusal<T>(confirmed: &Result<T, SignInError>) -> bool {
    matches!(confirmed, Err(SignInError::Provider(ProviderError::Refused(_) | ProviderError::Response(_))))
}

fn below(url: &Url, segments: &[&str]) -> Url {
    let mut url = url.clone();
    // A URL with a host always has segments.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
