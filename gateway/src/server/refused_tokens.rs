//! Answers refused tokens beyond a rate with 429; see [`TokenFailures`].

use super::error_response::{ErrorResponse, RefusedToken};
use crate::admission::{Failure, NameInUrl, Peer, TokenFailures};
use crate::observe::{Metrics, PathTemplate, Unlogged};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use scim_protocol::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What all routes with tokens share.
#[derive(Debug, Clone)]
pub(super) struct RefusedTokens {
    pub(super) failures: Arc<TokenFailures>,
    pub(super) metrics: Arc<Metrics>,
}

/// Counts the refused tokens of a peer; beyond the rate, replaces the 401 by a 429.
pub(super) async fn limit(State(refused): State<RefusedTokens>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let uri = request.uri().clone();
    let response = next.run(request).await;
    if response.extensions().get::<RefusedToken>().is_none() {
        return response;
    }
    let name = name_in(&refused.failures, uri.path());
    // Only a request that came without a connection has no peer.
    let failure = peer.map_or(Failure::Rare, |peer| refused.failures.note(peer.network(), name, Instant::now()));
    refused.metrics.count_refused_token(matches!(failure, Failure::TooMany(_)));
    match (failure, peer) {
        (Failure::TooMany(wait), _) => too_many(wait),
        (Failure::Last, Some(peer)) => {
            let path = PathTemplate::of(uri.path());
            tracing::warn!(
                target: "scim_gateway::server", %peer, %path,
                "many wrong tokens come from this address: until they are fewer, others are answered 429 and not logged"
            );
            response
        }
        _ => response,
    }
}

fn too_many(wait: Duration) -> Response {
    let detail = "this token is not accepted at this URL, and too many wrong tokens came from this address; check the secret \
                  token and the tenant URL: the right token is accepted at once";
    let mut response = ErrorResponse::from(Error::too_many_requests(detail)).retry_after(wait).into_response();
    response.extensions_mut().insert(Unlogged);
    response
}

/// The first segment of a path, as the routes read it.
fn name_in(failures: &TokenFailures, path: &str) -> NameInUrl {
    let first = path.split('/').nth(1).unwrap_or_default();
    failures.name(&percent_decode_str(first).decode_utf8_lossy())
}
