//! Which headers a connector may send, and which of the app's headers it receives.
//!
//! Threat: a connector that names another host, smuggles a second request, uses someone else's credential, forges its origin,
//! turns an allowed method into another, or asks for a compressed or partial answer in which the credential would not be found
//! (`redactor`). And an app whose cookies would link one operation to another.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// Bytes of all names and values together.
const MAX_BYTES: usize = 32 << 10;
/// Headers of one request.
const MAX_HEADERS: usize = 64;

/// Host, framing and hop-by-hop headers (RFC 9110 §7.6.1), credentials, cookies, origin, method overrides, and requests for
/// compressed or partial answers.
const REFUSED: [&str; 32] = [
    "host",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "http2-settings",
    "max-forwards",
    "authorization",
    "cookie",
    "cookie2",
    "set-cookie",
    "set-cookie2",
    "forwarded",
    "via",
    "origin",
    "referer",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "x-original-url",
    "x-rewrite-url",
    "x-original-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "accept-encoding",
    "range",
    "if-range",
];
const REFUSED_PREFIXES: [&str; 3] = ["proxy-", "x-forwarded-", "x-envoy-"];

/// Response headers that a connector does not receive.
const WITHHELD: [&str; 11] = [
    "set-cookie",
    "set-cookie2",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Why a request's headers are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Only the gateway may set it.
    #[error("header `{0}` is set by the gateway only")]
    Refused(String),
    /// RFC 9110 §5.1.
    #[error("`{0}` is not a header name")]
    Name(String),
    /// RFC 9110 §5.5.
    #[error("the value of header `{0}` contains characters that are not allowed in a header")]
    Value(String),
    /// More than any app needs.
    #[error("a request may have at most {MAX_HEADERS} headers with {MAX_BYTES} bytes in total")]
    TooMany,
}

/// Checks a connector's headers; `credential` is the header that carries the credential.
pub(crate) fn checked(headers: &[(String, String)], credential: &HeaderName) -> Result<HeaderMap, HeaderError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_BYTES {
        return Err(HeaderError::TooMany);
    }
    let mut map = HeaderMap::with_capacity(headers.len() + 2);
    for (name, value) in headers {
        let parsed = name.parse::<HeaderName>().map_err(|_| HeaderError::Name(name.escape_debug().to_string()))?;
        if parsed == *credential || is_refused(parsed.as_str()) {
            return Err(HeaderError::Refused(parsed.as_str().to_owned()));
        }
        let value = HeaderValue::from_str(value).map_err(|_| HeaderError::Value(parsed.as_str().to_owned()))?;
        map.append(parsed, value);
    }
    Ok(map)
}

/// Whether a header can carry an app's credential: not one that frames, routes or describes a request.
pub(crate) fn may_carry_credential(name: &HeaderName) -> bool {
    let described = [header::ACCEPT, header::CONTENT_TYPE, header::CONTENT_ENCODING, header::USER_AGENT];
    *name == header::AUTHORIZATION || !(is_refused(name.as_str()) || described.contains(name))
}

/// The response headers that a connector receives: names in lower case, no cookies, nothing hop-by-hop, and `retry-after` in
/// seconds, since a connector has no clock to compare a date with.
pub(crate) fn visible(headers: &HeaderMap, retry_after: Option<Duration>) -> Vec<(String, String)> {
    let hops: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    headers
        .iter()
        .filter(|(name, _)| !WITHHELD.contains(&name.as_str()) && !hops.iter().any(|hop| hop == name.as_str()))
        .map(|(name, value)| {
            let value = match retry_after {
                Some(wait) if *name == header::RETRY_AFTER => wait.as_secs().to_string(),
                _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn is_refused(name: &str) -> bool {
    REFUSED.contains(&name) || REFUSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, value: &str) -> Result<(), HeaderError> {
        let credential = HeaderName::from_static("x-samanage-authorization");
        checked(&[(name.to_owned(), value.to_owned())], &credential).map(drop)
    }

    #[test]
    fn content_negotiation_and_the_apps_own_headers_pass() {
        for name in ["Accept", "content-type", "If-Match", "X-Request-Id", "Accept-Language", "user-agent"] {
            assert_eq!(outcome(name, "application/json"), Ok(()), "{name}");
        }
    }

    #[test]
    fn headers_that_only_the_gateway_sets_are_refused_in_any_case() {
        for name in [
            "Host",
            "AUTHORIZATION",
            "Cookie",
            "connection",
            "Transfer-Encoding",
            "content-length",
            "TE",
            "Upgrade",
            "Proxy-Authorization",
            "proxy-anything",
            "Forwarded",
            "X-Forwarded-Host",
            "X-HTTP-Method-Override",
            "X-Samanage-Authorization",
            "X-Original-URL",
            "Expect",
            "Accept-Encoding",
            "Range",
        ] {
            assert_eq!(outcome(name, "x"), Err(HeaderError::Refused(name.to_ascii_lowercase())));
        }
    }

    #[test]
    fn a_header_cannot_break_the_request_apart() {
        assert_eq!(outcome("accept", "a\r\nhost: evil.example"), Err(HeaderError::Value("accept".to_owned())));
        assert_eq!(outcome("accept\r\nhost", "a"), Err(HeaderError::Name("accept\\r\\nhost".to_owned())));
        assert_eq!(outcome(":authority", "a"), Err(HeaderError::Name(":authority".to_owned())));
        assert_eq!(outcome("", "a"), Err(HeaderError::Name(String::new())));
        assert_eq!(outcome("accept", &"a".repeat(MAX_BYTES)), Err(HeaderError::TooMany));
    }

    #[test]
    fn cookies_and_hop_by_hop_headers_are_withheld() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("etag", "W/\"1\""),
            ("set-cookie", "a=b"),
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("transfer-encoding", "chunked"),
            ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let seen: Vec<_> = visible(&headers, Some(Duration::from_secs(3))).into_iter().collect();
        let expected = [("etag", "W/\"1\""), ("retry-after", "3")];
        assert_eq!(seen, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
