//! Just-in-time provisioning: a person's first sign-in at the identity provider creates the account in the app.
//!
//! `GET /{instance}/jit` redirects the browser to the configured OpenID provider (authorization code with PKCE, OpenID Connect Core
//! §3.1); `GET /{instance}/jit/callback` receives the code, verifies the ID token, creates the account if there is none, and
//! redirects the browser to the app's sign-in page. As Splashtop documents it: the account gets only the e-mail address, only new
//! accounts are created, an existing one is never changed, and groups are added only if that is enabled.
//!
//! Threats, and what prevents them:
//! - an account for somebody else: the ID token is fully verified (`id_token`), and its address must be verified (`person`);
//! - a sign-in that someone else started (login CSRF), or a stolen code: state, nonce and PKCE are kept here for a single use
//!   within ten minutes, and bound to the browser by a cookie (`pending`, `browser`);
//! - an open redirect: both targets come from the configuration, nothing from a request is ever in a `Location`;
//! - browsers that are too many, or bring invented codes: `gate` limits them before anything is asked of the provider;
//! - a provider that lies, stalls or floods: `provider_http` and `provider` limit time, size and number of requests;
//! - a page that shows an attacker's text: `error_page` escapes, has no scripts and repeats nothing from a request.
//!
//! The crate `openidconnect` implements the protocol itself (metadata, keys, code exchange, signatures).

mod accounts;
mod browser;
mod callback;
mod claims;
mod clock;
mod error;
mod error_page;
mod gate;
mod id_token;
mod pending;
mod person;
mod provider;
mod provider_http;
mod routes;
mod sign_in;

pub use accounts::{AccountError, Accounts, Created};
pub use clock::Clock;
pub use provider_http::{HttpLimits, ProviderHttp};
pub use routes::routes;
pub use sign_in::SignIn;

#[cfg(test)]
mod tests;
