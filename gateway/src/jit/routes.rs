//! The two routes of a sign-in. Nothing from a request gets into a `Location`: both targets are configured.

use super::accounts::Accounts;
use super::error::SignInError;
use super::error_page::keep_private;
use super::sign_in::{Redirect, Returning, SignIn};
use crate::admission::{InFlight, Peer};
use crate::observe::{CorrelationId, Unlogged};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{InvalidHeaderValue, LOCATION, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// `GET /{instance}/jit` and `GET /{instance}/jit/callback`.
///
/// `find` returns the sign-in of the instance with that name; it is called for every request, because instances may change. An account
/// that is created counts among the operations in flight. Errors are pages: 400 (start again), 403 (refused), 404 (no sign-in
/// here), 429 (too many), 502 (the provider), 503 (the app, or too many at once).
pub fn routes<A, F>(in_flight: InFlight, find: F) -> Router
where
    A: Accounts,
    F: Fn(&str) -> Option<Arc<SignIn<A>>> + Send + Sync + 'static,
{
    Router::new()
        .route("/{instance}/jit", get(begin::<A, F>))
        .route("/{instance}/jit/callback", get(finish::<A, F>))
        .with_state(Arc::new(Served { in_flight, find }))
}

/// What the routes need.
struct Served<F> {
    in_flight: InFlight,
    find: F,
}

async fn begin<A, F>(State(served): State<Arc<Served<F>>>, Path(instance): Path<String>, request: Request) -> Response
where
    A: Accounts,
    F: Fn(&str) -> Option<Arc<SignIn<A>>> + Send + Sync + 'static,
{
    let correlation = correlation(&request);
    let sign_in = (served.find)(&instance);
    let next = match &sign_in {
        Some(sign_in) => sign_in.begin(browser(&request)).await,
        None => Err(SignInError::NotServed),
    };
    respond(next, sign_in.as_deref(), &correlation)
}

async fn finish<A, F>(State(served): State<Arc<Served<F>>>, Path(instance): Path<String>, request: Request) -> Response
where
    A: Accounts,
    F: Fn(&str) -> Option<Arc<SignIn<A>>> + Send + Sync + 'static,
{
    let correlation = correlation(&request);
    let sign_in = (served.find)(&instance);
    let back = Returning {
        query: request.uri().query().unwrap_or_default(),
        headers: request.headers(),
        browser: browser(&request),
        correlation: correlation.as_str(),
    };
    let next = match &sign_in {
        Some(sign_in) => sign_in.finish(back, &served.in_flight).await,
        None => Err(SignInError::NotServed),
    };
    respond(next, sign_in.as_deref(), &correlation)
}

/// What distinguishes one browser from another; a request that came without a connection has no peer.
fn browser(request: &Request) -> IpAddr {
    request.extensions().get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.network())
}

fn correlation(request: &Request) -> CorrelationId {
    let given = request.extensions().get::<CorrelationId>();
    given.cloned().unwrap_or_else(|| CorrelationId::of(request.headers()))
}

fn respond<A: Accounts>(
    next: Result<Redirect, SignInError>,
    sign_in: Option<&SignIn<A>>,
    correlation: &CorrelationId,
) -> Response {
    let error = match next {
        Ok(next) => match redirect(&next) {
            Ok(response) => return response,
            Err(_) => SignInError::UnsendableUrl,
        },
        Err(error) => error,
    };
    let correlation = correlation.as_str();
    let mut response = error.page().render(sign_in.map(|sign_in| sign_in.start().as_str()), correlation);
    match error {
        // Somebody who guesses URLs must not be able to fill the log, nor somebody who sends more than is handled.
        SignInError::NotServed => {}
        SignInError::Gate(_) => {
            tracing::debug!(target: "scim_gateway::jit", correlation, cause = %error, "sign-in refused");
            response.extensions_mut().insert(Unlogged);
        }
        _ => tracing::warn!(target: "scim_gateway::jit", correlation, cause = %error, "sign-in failed"),
    }
    response
}

fn redirect(next: &Redirect) -> Result<Response, InvalidHeaderValue> {
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(next.location.as_str())?);
    headers.insert(SET_COOKIE, HeaderValue::from_str(&next.cookie)?);
    keep_private(&mut response);
    Ok(response)
}
