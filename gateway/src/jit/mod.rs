//! Just-in-time provisioning: a person's first sign-in at the identity provider creates the account in the app.
//!
//! `GET /{instance}/jit` sends the browser to the configured OpenID provider (authorization code with PKCE, OpenID Connect Core
//! §3.1); `GET /{instance}/jit/callback` takes the code, verifies the ID token, has the account created if there is none, and sends
//! the browser on to the app's sign-in address. As Splashtop documents it: only the e-mail address becomes the account, only
//! new accounts are made, an existing one is never changed, and groups come along only where that is switched on.
//!
//! Threats, and where they end:
//! - an account for somebody else: the ID token is verified whole (`id_token`), and its address must be vouched for (`person`);
//! - a sign-in that someone else began (login CSRF), or a stolen code: state, nonce and PKCE are kept here, single use, ten minutes,
//!   and bound to the browser by a cookie (`pending`, `browser`);
//! - being used as a redirector: both targets come from the configuration, nothing of a request is ever in a `Location`;
//! - a provider that lies, stalls or floods: `provider_http` and `provider` bound time, size and number of requests;
//! - a page that shows what an attacker wrote: `page` escapes, has no scripts and repeats nothing of a request.
//!
//! The protocol itself (metadata, keys, code exchange, signatures) is the crate `openidconnect`'s.

mod accounts;
mod browser;
mod callback;
mod claims;
mod clock;
mod error;
mod error_page;
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
