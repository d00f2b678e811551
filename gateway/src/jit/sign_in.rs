//! One instance's sign-in, from the first redirect to the account.

use super::accounts::{Accounts, Created};
use super::browser::BrowserCookie;
use super::callback::Callback;
use super::claims::{Claims, IdToken};
use super::clock::Clock;
use super::error::SignInError;
use super::id_token::{Expected, TokenError, verify};
use super::pending::{PendingSignIn, PendingSignIns};
use super::person::Person;
use super::provider::{Provider, sanitized};
use super::provider_http::ProviderHttp;
use crate::config::{InstanceName, Jit};
use http::HeaderMap;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
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
    accounts: A,
    clock: Clock,
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
        let provider = Provider::new(settings.clone(), redirect, http);
        Self { settings, start, provider, pending: PendingSignIns::new(), accounts, clock }
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
    pub(super) async fn begin(&self) -> Result<Redirect, SignInError> {
        let now = self.clock.now();
        let state = CsrfToken::new_random_len(SECRET_BYTES);
        let nonce = Nonce::new_random_len(SECRET_BYTES);
        let browser = CsrfToken::new_random_len(SECRET_BYTES).into_secret();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let cookie = self.cookie(state.secret()).set(&browser);
        let location = self.provider.authorization(state.clone(), nonce.clone(), challenge, now).await?;
        self.pending.insert(state.into_secret(), PendingSignIn { nonce, verifier, browser, at: now });
        Ok(Redirect { location, cookie })
    }

    /// Handles the callback, and redirects the browser to the app once there is an account.
    pub(super) async fn finish(
        &self,
        query: &str,
        headers: &HeaderMap,
        correlation: &str,
    ) -> Result<Redirect, SignInError> {
        let now = self.clock.now();
        let callback = Callback::parse(query).ok_or(SignInError::InvalidCallback)?;
        let pending = self.pending.take(&callback.state, now).ok_or(SignInError::UnknownState)?;
        let cookie = self.cookie(&callback.state);
        if !cookie.matches(headers, &pending.browser) {
            return Err(SignInError::OtherBrowser);
        }
        if callback.issuer.is_some_and(|issuer| issuer != self.settings.issuer.as_str()) {
            return Err(SignInError::OtherIssuer);
        }
        let code = callback.outcome.map_err(|error| SignInError::Denied {
            code: sanitized(&error.code),
            description: sanitized(&error.description),
        })?;
        let token = self.provider.exchange(code, pending.verifier, now).await?;
        // The exchange may have taken seconds.
        let now = self.clock.now();
        let person = Person::of(self.verified(&token, &pending.nonce, pending.at, now).await?, &self.settings)?;
        let created = self.accounts.create_if_absent(&person.email, &person.groups, correlation).await?;
        let outcome = match created {
            Created::Created => "created",
            Created::Existed => "existed",
        };
        tracing::info!(target: "scim_gateway::jit", correlation, outcome, "signed in");
        Ok(Redirect { location: self.settings.sign_in_url.url().clone(), cookie: cookie.clear() })
    }

    async fn verified<'t>(
        &self,
        token: &'t IdToken,
        nonce: &Nonce,
        began: SystemTime,
        now: SystemTime,
    ) -> Result<&'t Claims, SignInError> {
        let expected = Expected { client_id: &self.settings.client_id, nonce, began, now };
        let provider = self.provider.discovered(now).await?;
        match verify(token, &provider, &expected) {
            Err(TokenError::UnknownKey) => {
                let provider = self.provider.newer(provider, now).await?;
                Ok(verify(token, &provider, &expected)?)
            }
            verified => Ok(verified?),
        }
    }

    fn cookie(&self, state: &str) -> BrowserCookie {
        BrowserCookie::of(state, !self.settings.public_url.is_plain())
    }
}

fn below(url: &Url, segments: &[&str]) -> Url {
    let mut url = url.clone();
    // A URL with a host always has segments.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
