//! The only way out: every byte to an app leaves through [`Egress::send`].
//!
//! A connector is third-party code inside the operator's network, and it decides what is sent. The threats, and the answer to
//! each, in the order in which a request meets them:
//!
//! | threat | answer |
//! |---|---|
//! | a rehearsal that changes the app | the [`Purpose`] of every request is a parameter of `send` and is judged first |
//! | unlimited calls | a [`Budget`] per operation |
//! | another host, or a path outside the base URL | [`AppPath`]; a connector never names a host |
//! | an unexpected method (`CONNECT`, `TRACE`) | only GET, POST, PUT, PATCH and DELETE |
//! | a request inside another (a GET whose body the app takes for the next request) | no body where the method has none (`outgoing`), and connections that no other instance uses (`network`) |
//! | request smuggling, a forged origin, someone else's credential | a deny-list of headers (`headers`) |
//! | a stolen secret | the credential is added here and never given to a connector or a log (`credential`, `token_source`) |
//! | an app that shows the credential to its connector | the credential is removed from every answer (`redactor`) |
//! | server-side request forgery, DNS rebinding | the address that was checked is the one that is connected to (`address`, `resolver`) |
//! | a redirect that evades all this | redirects are returned, not followed; only the configured proxy is used (`network`) |
//! | an endless answer | a byte limit while it streams, and a time limit |
//! | app sessions that leak from one operation to another | no cookies in either direction, no hop-by-hop headers |
//! | an overloaded app | concurrency and rate are limited per instance (`pace`), 429 is honoured, retries are few |
//! | an app that is down, and everyone who waits for it | a circuit breaker (`breaker`) |
//!
//! Log lines contain the method, the path without its ids, the status and the duration, but no query, body or credential.

#![forbid(unsafe_code)]

mod address;
mod attempt_error;
mod auth;
mod base_url;
mod body;
mod breaker;
mod budget;
mod client_credentials;
mod config;
mod connection;
mod credential;
mod egress;
mod headers;
mod http_client;
mod message;
mod network;
mod outgoing;
mod pace;
mod path;
mod path_template;
mod presented;
mod proxy_url;
mod purpose;
mod redactor;
mod resolver;
mod retry;
mod retry_after;
mod route;
mod tls;
mod token_source;
mod transport;

#[cfg(test)]
mod tests;

pub use address::{AddressClass, ForbiddenTarget};
pub use auth::{Auth, CredentialError};
pub use base_url::{BaseUrl, BaseUrlError};
pub use body::{BodyError, read_body};
pub use breaker::Circuit;
pub use budget::Budget;
pub use client_credentials::{ClientCredentials, TokenUrl, TokenUrlError};
pub use config::{EgressConfig, EgressError};
pub use egress::Egress;
pub use headers::HeaderError;
pub use message::{AppCall, AppRequest, AppResponse, SendError, SendErrorCode};
pub use network::{Network, NetworkError};
pub use pace::Rate;
pub use path::{AppPath, PathError};
pub use path_template::PathTemplate;
pub use proxy_url::{ProxyUrl, ProxyUrlError};
pub use purpose::Purpose;
pub use route::Route;
pub use tls::{Authorities, AuthoritiesError, client_config as tls};
