//! HTTP requests to the provider: no redirects, no proxy from the environment, and limits on time and size.

use http::Response;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use std::pin::Pin;
use std::time::Duration;

/// The limits of one request to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// From sending to the last byte of the response.
    pub time: Duration,
    /// The longest response, in bytes; Entra's keys are some 20 KB.
    pub bytes: usize,
}

impl Default for HttpLimits {
    /// Ten seconds, 512 KiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(10), bytes: 512 * 1024 }
    }
}

/// The HTTP client for the providers of all instances. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ProviderHttp {
    client: reqwest::Client,
    limits: HttpLimits,
    plain: bool,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The metadata of an https provider contains a URL that is not https.
    #[error("the provider's metadata contains {0}, which is not https")]
    Plain(String),
    /// Too slow.
    #[error("{0} did not answer within {1:?}")]
    TimedOut(String, Duration),
    /// The response is too long.
    #[error("{0} sent more than {1} bytes")]
    TooLong(String, usize),
    /// No connection, or it broke.
    #[error("{0} cannot be reached: {1}")]
    Broken(String, String),
}

impl ProviderHttp {
    /// A client that uses the trust settings of `tls`.
    ///
    /// # Errors
    /// reqwest rejects the TLS configuration.
    pub fn new(tls: ClientConfig, limits: HttpLimits) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("scim-gateway/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.time.min(Duration::from_secs(5)))
            .timeout(limits.time)
            .build()?;
        Ok(Self { client, limits, plain: false })
    }

    /// The same client, which also uses plain http if `plain`.
    pub(super) fn plain(self, plain: bool) -> Self {
        Self { plain, ..self }
    }

    /// Checks that a URL is safe for codes and secrets.
    ///
    /// # Errors
    /// [`HttpError::Plain`].
    pub(super) fn check(&self, scheme: Option<&str>, place: &str) -> Result<(), HttpError> {
        if self.plain || scheme == Some("https") { Ok(()) } else { Err(HttpError::Plain(place.to_owned())) }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let place = request.uri().to_string();
        self.check(request.uri().scheme_str(), &place)?;
        let failed = |error: reqwest::Error| self.failed(&place, error);
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut answer = self.client.execute(request).await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > self.limits.bytes {
                return Err(HttpError::TooLong(place, self.limits.bytes));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }

    fn failed(&self, place: &str, error: reqwest::Error) -> HttpError {
        if error.is_timeout() {
            return HttpError::TimedOut(place.to_owned(), self.limits.time);
        }
        let error = error.without_url();
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        HttpError::Broken(place.to_owned(), text)
    }
}

impl<'c> AsyncHttpClient<'c> for ProviderHttp {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
