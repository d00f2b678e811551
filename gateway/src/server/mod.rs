//! The HTTP shell: everything about a request that is not SCIM.
//!
//! Around the SCIM routes, from outside in: a correlation id on every answer, a place among the operations in flight, detachment from
//! the client's socket, the operation's log line and metrics. The routes call [`Access::admit`] and [`read_json`], find their
//! [`Recording`](crate::observe::Recording) and [`CorrelationId`] among the request's extensions, and answer errors as [`Failure`].

mod authenticate;
mod body;
mod correlation;
mod detach;
mod error;
mod health;
mod in_flight;
mod listen;
mod operator;
mod play;
mod route;
mod scim;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use scim_protocol::{Error, ErrorStatus};

pub use authenticate::Access;
pub use body::{BodyLimits, read_json};
pub use correlation::{CORRELATION_HEADER, CorrelationId, CorrelationIdError};
pub use error::{Failure, SCIM_JSON};
pub use health::{PartState, Parts, Readiness};
pub use in_flight::InFlight;
pub use listen::{Ended, ListenLimits, serve};
pub use play::{Played, play};
pub use scim::{ScimRoutes, scim};

use crate::observe::Metrics;
use detach::Operations;

/// What the shell needs besides the routes.
#[derive(Clone)]
pub struct Shell {
    /// The operations that run.
    pub in_flight: InFlight,
    /// How long a client waits for an answer.
    pub request_timeout: Duration,
    /// Where operations are counted.
    pub metrics: Arc<Metrics>,
    /// What `/readyz` asks.
    pub readiness: Arc<dyn Readiness>,
    /// Whether `/readyz` and `/metrics` are served elsewhere, by [`observed`].
    pub observed_apart: bool,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").field("in_flight", &self.in_flight).finish_non_exhaustive()
    }
}

/// The whole server: `scim` in its shell, with health, readiness and metrics beside it unless they are served apart. A path that no route takes is a SCIM 404,
/// another method a SCIM 405.
pub fn router(shell: &Shell, scim: Router) -> Router {
    let operations = Operations {
        in_flight: shell.in_flight.clone(),
        patience: shell.request_timeout,
        metrics: Arc::clone(&shell.metrics),
    };
    let scim = scim
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(operations, detach::detach));
    let observed = if shell.observed_apart { Router::new() } else { observed(shell) };
    health::alive().merge(observed).merge(scim).layer(middleware::from_fn(correlation::correlate))
}

/// The operator's own routes, for [`Router::merge`].
pub fn operator(routes: Router) -> Router {
    routes.layer(middleware::from_fn(operator::log)).layer(middleware::from_fn(correlation::correlate))
}

/// `/readyz` and `/metrics`, for a listener of their own.
pub fn observed(shell: &Shell) -> Router {
    health::observed(Arc::clone(&shell.readiness), Arc::clone(&shell.metrics), shell.in_flight.clone())
}

async fn unknown_path() -> Failure {
    Error::not_found("nothing is served at this path; a tenant URL ends in /<instance>/scim/v2").into()
}

async fn wrong_method() -> Failure {
    Error::new(
        ErrorStatus::METHOD_NOT_ALLOWED,
        "this method is not possible here; the Allow header lists those that are",
    )
    .into()
}

#[cfg(test)]
mod tests;
