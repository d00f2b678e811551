//! HTTP over the connections of one instance.

use super::attempt_error::AttemptError;
use super::body::{BodyError, read_body};
use super::connection::{Connector, Timed};
use super::message::SendErrorCode;
use super::outgoing::Outgoing;
use super::resolver::ForbiddenName;
use super::retry_after::retry_after;
use super::transport::{Incoming, Transport};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderValue, Request};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{self, Client};
use rustls::ClientConfig;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

/// Connects, keeps a pool of connections, and speaks HTTP.
#[derive(Debug)]
pub(crate) struct HttpClient {
    pub(crate) client: Client<Timed<HttpsConnector<Connector>>, Full<Bytes>>,
    /// Kept for the other instances that trust the same authorities.
    pub(crate) _tls: Arc<ClientConfig>,
}

const AGENT: HeaderValue = HeaderValue::from_static(concat!("scim-gateway/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

impl Transport for HttpClient {
    fn attempt(&self, request: Outgoing, max_bytes: usize) -> BoxFuture<'_, Result<Incoming, AttemptError>> {
        Box::pin(async move {
            let answer = self.client.request(assembled(request)).await.map_err(|error| unanswered(&error))?;
            let (head, body) = answer.into_parts();
            let retry_after = retry_after(&head.headers, SystemTime::now());
            let body = read_body(body, max_bytes).await.map_err(|error| unread(&error))?;
            Ok(Incoming { status: head.status.as_u16(), headers: head.headers, body, retry_after })
        })
    }
}

fn assembled(outgoing: Outgoing) -> Request<Full<Bytes>> {
    let Outgoing { method, uri, headers, body } = outgoing;
    let mut request = Request::new(Full::from(body.unwrap_or_default()));
    (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
    request.headers_mut().entry(USER_AGENT).or_insert(AGENT);
    request.headers_mut().entry(ACCEPT).or_insert(ANYTHING);
    request
}

fn unread(error: &BodyError<hyper::Error>) -> AttemptError {
    match error {
        BodyError::TooLong { limit } => {
            AttemptError::new(SendErrorCode::TooLarge, format!("the answer has more than {limit} bytes"), true)
        }
        BodyError::Broken(error) => AttemptError::new(SendErrorCode::Interrupted, innermost(error), true),
    }
}

fn unanswered(error: &legacy::Error) -> AttemptError {
    let forbidden = causes(error).find_map(|cause| cause.downcast_ref::<ForbiddenName>());
    let is_late = |cause: &(dyn Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    };
    if let Some(forbidden) = forbidden {
        return AttemptError::new(SendErrorCode::Refused, forbidden.to_string(), false);
    }
    if error.is_connect() && causes(error).any(is_late) {
        return AttemptError::new(SendErrorCode::Timeout, "no connection in time (name, TCP, proxy, TLS)", false);
    }
    let (code, sent) = if error.is_connect() {
        (SendErrorCode::Unreachable, false)
    } else {
        // The connection was established: the app may have read the request before it broke.
        (SendErrorCode::Interrupted, !causes(error).any(is_unread))
    };
    AttemptError::new(code, innermost(error), sent)
}

/// Whether the app says that it did not process the request: it closes the HTTP/2 connection without an error, or refuses the
/// stream (RFC 9113 §8.7).
fn is_unread(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<h2::Error>().is_some_and(|error| {
        error.is_remote()
            && (error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)
                || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// The last cause; the others repeat it. Of an HTTP/2 error only the reason: its debug data is the app's and may contain the
/// credential.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let reason = causes(error).find_map(|cause| cause.downcast_ref::<h2::Error>()?.reason());
    reason.map_or_else(
        || causes(error).last().map_or_else(String::new, ToString::to_string),
        |reason| format!("HTTP/2: {}", reason.description()),
    )
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause: &&'a (dyn Error + 'static)| cause.source())
}
