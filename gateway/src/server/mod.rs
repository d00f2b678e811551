//! The HTTP server: everything about a request that is not SCIM, and the SCIM routes.
//!
//! Around the SCIM routes, from the outside in: a correlation id on every response, a permit to run, a task of its own, the
//! operation's log line and metrics, and a host that is one. The routes call [`Access::admit`](crate::admission::Access::admit) and [`read_json`], find
//! their [`Recording`](crate::observe::Recording) and [`CorrelationId`](crate::observe::CorrelationId) in the request's
//! extensions, and return errors as [`ErrorResponse`].

mod body;
mod connection;
mod correlation;
mod descriptors;
mod detach;
mod error_response;
mod forwarded;
mod health;
mod host;
mod listen;
mod local;
mod operator;
mod places;
mod refused_tokens;
mod route;
mod scim;

pub use body::{BodyLimits, read_json};
pub use correlation::CORRELATION_HEADER;
pub use descriptors::Descriptors;
pub use error_response::{ErrorResponse, SCIM_JSON};
pub use listen::{Ended, ListenLimits, serve};
pub use local::{LocalRequest, handle_locally};
pub use scim::{ScimRoutes, scim};

use crate::admission::{InFlight, Lanes, Proxies, TokenFailures};
use crate::observe::{Metrics, Readiness, Stalls};
use axum::Router;
use axum::middleware;
use detach::Operations;
use refused_tokens::RefusedTokens;
use scim_protocol::{Error, ErrorStatus};
use std::sync::Arc;
use std::time::Duration;

/// What the server needs besides the routes.
#[derive(Clone)]
pub struct ServerContext {
    /// The running operations.
    pub in_flight: InFlight,
    /// How long a client waits for a response.
    pub request_timeout: Duration,
    /// The operator's reverse proxies.
    pub proxies: Arc<Proxies>,
    /// How often tokens were refused.
    pub token_failures: Arc<TokenFailures>,
    /// Where operations are counted.
    pub metrics: Arc<Metrics>,
    /// Notices operations that compute for long without a pause.
    pub stalls: Stalls,
    /// How many workers one instance may occupy.
    pub lanes: Lanes,
    /// What `/readyz` shows.
    pub readiness: Arc<dyn Readiness>,
    /// Whether `/readyz` and `/metrics` have their own listener; see [`observe_routes`].
    pub has_observe_listener: bool,
}

impl std::fmt::Debug for ServerContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerContext").field("in_flight", &self.in_flight).finish_non_exhaustive()
    }
}

/// The whole server: `scim`, `sign_ins`, and all that surrounds them, with health, and with readiness and metrics unless they have
/// their own listener. An unknown path is a SCIM 404, a wrong method a SCIM 405.
///
/// A sign-in takes no permit while a browser and a provider are slow: it limits itself (`jit`).
pub fn router(context: &ServerContext, scim: Router, sign_ins: Router) -> Router {
    let operations = |in_flight: Option<&InFlight>| Operations {
        in_flight: in_flight.cloned(),
        request_timeout: context.request_timeout,
        metrics: Arc::clone(&context.metrics),
        stalls: context.stalls.clone(),
        lanes: context.lanes.clone(),
    };
    let scim = scim
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(host::require))
        .layer(middleware::from_fn_with_state(refused_tokens(context), refused_tokens::limit))
        .layer(middleware::from_fn_with_state(operations(Some(&context.in_flight)), detach::detach));
    let sign_ins = sign_ins
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(host::require))
        .layer(middleware::from_fn_with_state(operations(None), detach::detach));
    let observed = if context.has_observe_listener { Router::new() } else { probes(context) };
    let beside = health::health_routes().merge(observed).layer(middleware::from_fn(host::require));
    beside
        .merge(sign_ins)
        .merge(scim)
        .layer(middleware::from_fn(correlation::correlate))
        .layer(middleware::from_fn_with_state(Arc::clone(&context.proxies), forwarded::resolve))
}

/// The operator's routes, for [`Router::merge`].
pub fn operator_routes(context: &ServerContext, routes: Router) -> Router {
    routes
        .layer(middleware::from_fn(host::require))
        .layer(middleware::from_fn_with_state(refused_tokens(context), refused_tokens::limit))
        .layer(middleware::from_fn(operator::log))
        .layer(middleware::from_fn(correlation::correlate))
        .layer(middleware::from_fn_with_state(Arc::clone(&context.proxies), forwarded::resolve))
}

fn refused_tokens(context: &ServerContext) -> RefusedTokens {
    RefusedTokens { failures: Arc::clone(&context.token_failures), metrics: Arc::clone(&context.metrics) }
}

/// `/readyz` and `/metrics`, for their own listener.
pub fn observe_routes(context: &ServerContext) -> Router {
    probes(context).layer(middleware::from_fn(host::require)).layer(middleware::from_fn(correlation::correlate))
}

fn probes(context: &ServerContext) -> Router {
    health::observe_routes(Arc::clone(&context.readiness), Arc::clone(&context.metrics), context.in_flight.clone())
}

async fn unknown_path() -> ErrorResponse {
    Error::not_found("nothing is served at this path; a tenant URL ends in /<instance>/scim/v2").into()
}

async fn wrong_method() -> ErrorResponse {
    Error::new(
        ErrorStatus::METHOD_NOT_ALLOWED,
        "this method is not allowed here; the Allow header lists those that are",
    )
    .into()
}

#[cfg(test)]
mod tests;
