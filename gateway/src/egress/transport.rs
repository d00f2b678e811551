//! One attempt on the wire. A trait, so that the rules of [`super::Egress`] can be tested without sockets or clocks.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming as Answer};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{self, Client};

use super::connection::{Connector, Timed};
use super::message::SendErrorCode;
use super::resolver::Closed;
use super::retry::retry_after;

/// What connects, pools and speaks HTTP.
pub(super) type HttpClient = Client<Timed<HttpsConnector<Connector>>, Full<Bytes>>;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("scim-gateway/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

/// A request that has passed every rule.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
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
    /// Whether it says something of the app, which was asked and had its time.
    pub(super) of_app: bool,
}

impl Failure {
    /// A failure of the app.
    pub(super) fn new(code: SendErrorCode, detail: impl Into<String>, sent: bool) -> Self {
        Self { code, detail: detail.into(), sent, retry_after: None, of_app: true }
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

impl Transport for HttpClient {
    fn attempt(&self, request: Outgoing, most: usize) -> BoxFuture<'_, Result<Incoming, Failure>> {
        Box::pin(async move {
            let answer = self.request(made(request)).await.map_err(|error| before_answer(&error))?;
            let (head, body) = answer.into_parts();
            let retry_after = retry_after(&head.headers, SystemTime::now());
            let body = whole(body, most).await?;
            Ok(Incoming { status: head.status.as_u16(), headers: head.headers, body, retry_after })
        })
    }
}

fn made(outgoing: Outgoing) -> Request<Full<Bytes>> {
    let Outgoing { method, uri, headers, body } = outgoing;
    let mut request = Request::new(Full::from(body.unwrap_or_default()));
    (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
    request.headers_mut().entry(USER_AGENT).or_insert(AGENT);
    request.headers_mut().entry(ACCEPT).or_insert(ANYTHING);
    request
}

async fn whole(body: Answer, most: usize) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::new(SendErrorCode::TooLarge, format!("the answer has more than {most} bytes"), true);
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > most) {
        return Err(too_large());
    }
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) => Err(Failure::new(SendErrorCode::Interrupted, innermost(&*error), true)),
    }
}

fn before_answer(error: &legacy::Error) -> Failure {
    let closed = causes(error).find_map(|cause| cause.downcast_ref::<Closed>());
    let is_late = |cause: &(dyn Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    };
    if let Some(closed) = closed {
        return Failure::new(SendErrorCode::Refused, closed.to_string(), false);
    }
    if error.is_connect() && causes(error).any(is_late) {
        return Failure::new(SendErrorCode::Timeout, "no connection in time (name, TCP, proxy, TLS)", false);
    }
    let (code, sent) = if error.is_connect() {
        (SendErrorCode::Unreachable, false)
    } else {
        // The connection was there: the request may have been read before it broke.
        (SendErrorCode::Interrupted, !causes(error).any(is_unread))
    };
    Failure::new(code, innermost(error), sent)
}

/// Whether the app says that it has not looked at the request: it closes the HTTP/2 connection in peace, or refuses the stream
/// (RFC 9113 §8.7).
fn is_unread(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<h2::Error>().is_some_and(|error| {
        error.is_remote()
            && (error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)
                || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// The last cause: the others repeat it. Of HTTP/2's only the reason: with it the app may send what it was sent, the credential, too.
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
