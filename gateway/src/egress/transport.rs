//! One attempt on the wire. A trait, so that the rules of [`super::Egress`] can be tested without sockets or clocks.

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::BytesMut;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method};
use url::Url;

use super::message::SendErrorCode;
use super::resolver::Closed;
use super::retry::retry_after;

/// A request that has passed every rule.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<bytes::Bytes>,
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// How long the app asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

/// An attempt gave no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: SendErrorCode,
    pub(super) detail: String,
    /// Whether the app may have seen the request.
    pub(super) sent: bool,
    /// When it is worth asking again, where that is known.
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn new(code: SendErrorCode, detail: impl Into<String>, sent: bool) -> Self {
        Self { code, detail: detail.into(), sent, retry_after: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl Error for Failure {}

/// Sends one request, reads at most `most` bytes of the answer's body.
pub(super) trait Transport: Send + Sync + fmt::Debug {
    fn attempt(&self, request: Outgoing, most: usize) -> BoxFuture<'_, Result<Incoming, Failure>>;
}

impl Transport for reqwest::Client {
    fn attempt(&self, request: Outgoing, most: usize) -> BoxFuture<'_, Result<Incoming, Failure>> {
        let mut builder = self.request(request.method, request.url).headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        Box::pin(async move {
            let mut response = builder.send().await.map_err(|error| before_answer(&error.without_url()))?;
            let too_large =
                || Failure::new(SendErrorCode::TooLarge, format!("the answer has more than {most} bytes"), true);
            let announced = response.content_length().unwrap_or(0);
            if usize::try_from(announced).map_or(true, |length| length > most) {
                return Err(too_large());
            }
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| within_answer(&error.without_url()))? {
                if body.len() + chunk.len() > most {
                    return Err(too_large());
                }
                body.extend_from_slice(&chunk);
            }
            let headers = std::mem::take(response.headers_mut());
            let retry_after = retry_after(&headers, SystemTime::now());
            Ok(Incoming { status: response.status().as_u16(), headers, body: body.into(), retry_after })
        })
    }
}

fn before_answer(error: &reqwest::Error) -> Failure {
    let closed = causes(error).find_map(|cause| cause.downcast_ref::<Closed>());
    let (code, sent) = match closed {
        Some(_) => (SendErrorCode::Refused, false),
        None if error.is_connect() && error.is_timeout() => (SendErrorCode::Timeout, false),
        None if error.is_connect() => (SendErrorCode::Unreachable, false),
        None if error.is_timeout() => (SendErrorCode::Timeout, true),
        None if error.is_builder() => (SendErrorCode::Refused, false),
        // The connection was there: the request may have been read before it broke.
        None => (SendErrorCode::Interrupted, true),
    };
    Failure::new(code, closed.map_or_else(|| innermost(error), ToString::to_string), sent)
}

fn within_answer(error: &reqwest::Error) -> Failure {
    Failure::new(SendErrorCode::Interrupted, innermost(error), true)
}

/// The last cause: the others repeat it. The URL, whose query holds e-mail addresses, has been taken out by the callers.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
