//! A small HTTP client for loopback: no TLS, no proxies, no redirects, so that nothing is between a test and what it tests
//! and the project's commands build without a cryptography library.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::time::Duration;

/// No identity provider waits longer (Okta gives up after 60 s).
const PATIENCE: Duration = Duration::from_secs(60);

/// Keeps connections open between requests, as identity providers do.
#[derive(Debug, Clone)]
pub struct Http(Client<HttpConnector, Full<Bytes>>);

/// What to send.
#[derive(Debug, Clone, Default)]
pub struct HttpRequest {
    pub method: String,
    /// Absolute, percent-encoded.
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
}

/// What came back, whole.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    pub status: u16,
    /// Lower-case names; of a repeated header the last.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("the request cannot be made: {0}")]
    Impossible(#[from] http::Error),
    #[error("there was no answer: {0}")]
    NoAnswer(String),
    #[error("there was no answer within {} s", PATIENCE.as_secs())]
    TooLate,
}

impl HttpRequest {
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        Self { method: method.to_owned(), url: url.into(), ..Self::default() }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// A JSON body with its content type.
    #[must_use]
    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = Some(body.to_string());
        self.header("content-type", "application/json")
    }
}

impl HttpAnswer {
    /// The body as JSON; null when it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Default for Http {
    fn default() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }
}

impl Http {
    /// Sends and reads the whole answer, whatever its status.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, HttpError> {
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let request = builder.body(Full::from(request.body.unwrap_or_default()))?;
        self.send_whole(request).await
    }

    /// As [`Http::send`], for requests that are made elsewhere, with any bytes in them.
    pub async fn send_whole(&self, request: http::Request<Full<Bytes>>) -> Result<HttpAnswer, HttpError> {
        tokio::time::timeout(PATIENCE, self.whole(request)).await.map_err(|_| HttpError::TooLate)?
    }

    async fn whole(&self, request: http::Request<Full<Bytes>>) -> Result<HttpAnswer, HttpError> {
        let response = self.0.request(request).await.map_err(|error| {
            let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
            HttpError::NoAnswer(format!("{error}{cause}"))
        })?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| HttpError::NoAnswer(error.to_string()))?.to_bytes();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        Ok(HttpAnswer { status: head.status.as_u16(), headers: headers.collect(), body: text(&body) })
    }
}
