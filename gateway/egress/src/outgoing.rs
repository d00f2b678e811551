//! A connector's request, checked and ready to be sent.

use super::base_url::BaseUrl;
use super::headers;
use super::message::{AppRequest, SendError, SendErrorCode};
use super::path::AppPath;
use bytes::Bytes;
use http::header::HeaderName;
use http::{HeaderMap, Method, Uri};
use std::fmt;

/// The longest URL, in bytes, that apps and the proxies in front of them accept.
const MAX_URL_BYTES: usize = 16 << 10;

/// A request that has passed every rule.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// What a request is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) base_url: &'a BaseUrl,
    /// The header that carries the credential; a connector cannot set it.
    pub(crate) credential: &'a HeaderName,
    pub(crate) max_body_bytes: usize,
}

impl Outgoing {
    /// Checks a connector's request. The credential is not in it yet.
    pub(crate) fn check(request: AppRequest, path: &AppPath, rules: Rules<'_>) -> Result<Self, SendError> {
        let method = match request.method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            other => {
                let other = other.escape_debug();
                return Err(refused(&format!("method `{other}` is not one of GET, POST, PUT, PATCH, DELETE")));
            }
        };
        let headers = headers::checked(&request.headers, rules.credential).map_err(|error| refused(&error))?;
        let uri = rules.base_url.join(path, &request.query);
        let uri = uri.ok_or_else(|| refused(&"path and query do not form a URL"))?;
        if uri.path_and_query().is_some_and(|path| path.as_str().len() > MAX_URL_BYTES) {
            return Err(refused(&format!("path and query have more than {MAX_URL_BYTES} bytes")));
        }
        let body = request.body.filter(|body| !body.is_empty());
        if body.is_some() && [Method::GET, Method::DELETE].contains(&method) {
            let detail = format!("a {method} request has no body; send parameters in the query, or use another method");
            return Err(refused(&detail));
        }
        if body.as_ref().is_some_and(|body| body.len() > rules.max_body_bytes) {
            return Err(refused(&format!("the body has more than {} bytes", rules.max_body_bytes)));
        }
        Ok(Self { method, uri, headers, body: body.map(Into::into) })
    }
}

/// The refusal of a request that breaks a rule.
pub(crate) fn refused(reason: &dyn fmt::Display) -> SendError {
    SendError::unsent(SendErrorCode::Refused, reason.to_string())
}
