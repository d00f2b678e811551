//! One attempt on the wire. A trait, so that the rules of [`super::Egress`] can be tested without sockets or clocks.

use super::attempt_error::AttemptError;
use super::outgoing::Outgoing;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use std::fmt;
use std::time::Duration;

/// An answer as the app sent it.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How long the app asks to wait.
    pub(crate) retry_after: Option<Duration>,
}

/// Sends requests.
pub(crate) trait Transport: Send + Sync + fmt::Debug {
    /// Sends one request and reads at most `max_bytes` of the answer's body.
    fn attempt(&self, request: Outgoing, max_bytes: usize) -> BoxFuture<'_, Result<Incoming, AttemptError>>;
}
