//! Gives every request the address of its client in place of that of the operator's proxy.

use crate::admission::{Peer, Proxies};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Replaces the [`Peer`] in the request's extensions.
pub(super) async fn resolve(State(proxies): State<Arc<Proxies>>, mut request: Request, next: Next) -> Response {
    if let Some(peer) = request.extensions().get::<Peer>().copied() {
        let client = proxies.client(peer, request.headers());
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}
