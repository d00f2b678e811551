//! Reading a request's JSON body.
//!
//! Accepted: `application/scim+json` (RFC 7644 §3.1), `application/json` (Google, Okta's test suites), and no content type at
//! all; with `charset=utf-8` or no charset. Refused, each with a SCIM error: any other type or charset, and any content encoding
//! (415); a body that is too long or has too many values (413); a body that does not arrive in time (408); and anything that is
//! not JSON (400 `invalidSyntax`, with line and column).

use super::error_response::ErrorResponse;
use crate::config::Server;
use crate::egress::{BodyError, read_body};
use axum::body::Body;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use scim_protocol::{Error, ErrorStatus, MAX_VALUES, ValueBudget};
use serde_json::Value;
use std::time::Duration;

const UTF8_BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How much of a body is read, and how long that may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// The longest body, in bytes.
    pub bytes: usize,
    /// The time within which all of it must have arrived.
    pub time: Duration,
}

/// Identity providers send a body at once; a body that trickles in would occupy a permit for nothing.
const LONGEST_TIME: Duration = Duration::from_secs(10);

impl From<&Server> for BodyLimits {
    /// At most half of the request timeout, so that 408 comes before the 504 that blames the app.
    fn from(server: &Server) -> Self {
        Self { bytes: server.max_body_bytes, time: LONGEST_TIME.min(server.request_timeout / 2) }
    }
}

/// Reads a body that must be one JSON value, nested at most 127 deep.
///
/// # Errors
/// 400 `invalidSyntax`, 408, 413, 415.
pub async fn read_json(headers: &HeaderMap, body: Body, limits: BodyLimits) -> Result<Value, ErrorResponse> {
    check_type(headers)?;
    let bytes = read(headers, body, limits).await?;
    let text = bytes.strip_prefix(UTF8_BYTE_ORDER_MARK).unwrap_or(&bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::invalid_syntax("the request has no body; send a JSON object").into());
    }
    if !ValueBudget::new().take(text) {
        return Err(Error::too_large(format!("the body has more than {MAX_VALUES} JSON values")).into());
    }
    serde_json::from_slice(text).map_err(|error| Error::invalid_syntax(format!("the body is not JSON: {error}")).into())
}

async fn read(headers: &HeaderMap, body: Body, limits: BodyLimits) -> Result<Vec<u8>, ErrorResponse> {
    let too_long = || ErrorResponse::from(Error::too_large(format!("the body is larger than {} bytes", limits.bytes)));
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limits.bytes) {
        return Err(too_long());
    }
    match tokio::time::timeout(limits.time, read_body(body, limits.bytes)).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(BodyError::TooLong { .. })) => Err(too_long()),
        Ok(Err(BodyError::Broken(error))) => {
            Err(ErrorResponse::from(Error::invalid_syntax("body truncated")).because(error.to_string()))
        }
        Err(_) => Err(Error::new(ErrorStatus::REQUEST_TIMEOUT, "timed out while reading the body").into()),
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), ErrorResponse> {
    let unsupported = |detail: String| Err(Error::new(ErrorStatus::UNSUPPORTED_MEDIA_TYPE, detail).into());
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return unsupported("encoded bodies are not supported; send the body without Content-Encoding".to_owned());
    }
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let known =
        ["application/scim+json", "application/json"].iter().any(|known| media_type.eq_ignore_ascii_case(known));
    if !known && !media_type.is_empty() {
        return unsupported(format!("the content type `{media_type}` is not supported; send application/scim+json"));
    }
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        let utf8 = ["utf-8", "utf8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known));
        if name.trim().eq_ignore_ascii_case("charset") && !utf8 {
            return unsupported(format!("the charset `{value}` is not supported; send UTF-8"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::{HeaderName, HeaderValue};
    use serde_json::json;

    const LIMITS: BodyLimits = BodyLimits { bytes: 1024, time: Duration::from_secs(5) };

    async fn read_text(header: Option<(HeaderName, &'static str)>, text: impl Into<Bytes>) -> Result<Value, Error> {
        let headers = header.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect();
        read_json(&headers, Body::from(text.into()), LIMITS).await.map_err(|error| error.scim_error().clone())
    }

    #[tokio::test]
    async fn the_content_types_of_all_clients_are_understood() {
        for value in [
            "application/scim+json",
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/scim+json;charset=\"utf-8\"",
            "application/json; profile=x",
            "",
        ] {
            assert_eq!(read_text(Some((CONTENT_TYPE, value)), "{\"a\":1}").await, Ok(json!({"a": 1})), "{value}");
        }
        assert_eq!(read_text(None, "\u{FEFF}{}").await, Ok(json!({})));
        assert_eq!(read_text(Some((CONTENT_ENCODING, "identity")), "{}").await, Ok(json!({})));
    }

    #[tokio::test]
    async fn other_types_charsets_and_encodings_are_415() {
        for header in [
            (CONTENT_TYPE, "text/plain"),
            (CONTENT_TYPE, "application/xml"),
            (CONTENT_TYPE, "application/json; charset=iso-8859-1"),
            (CONTENT_ENCODING, "gzip"),
        ] {
            let status = read_text(Some(header.clone()), "{}").await.expect_err("refused").status;
            assert_eq!(status, 415, "{header:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_json_is_invalid_syntax_with_its_place() {
        let deep = "[".repeat(200);
        for (text, expected) in [
            ("", "no body"),
            (" \r\n", "no body"),
            ("{\"a\":}", "line 1 column 6"),
            ("{\"a\":1,\n\"b\" 2}", "line 2 column 5"),
            ("{} x", "trailing characters at line 1 column 4"),
            ("{\"a\":", "EOF while parsing"),
            (deep.as_str(), "recursion limit exceeded"),
        ] {
            let error = read_text(None, text.to_owned()).await.expect_err(text);
            assert_eq!(
                (u16::from(error.status), error.scim_type.map(|kind| kind.as_str())),
                (400, Some("invalidSyntax")),
                "{text}"
            );
            assert!(error.detail.contains(expected), "{text}: {}", error.detail);
        }
        let error = read_text(None, Bytes::from_static(b"{\"a\":\"\xff\"}")).await.expect_err("not UTF-8");
        assert_eq!(error.status, 400);
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_413_whether_announced_or_not() {
        let long = format!("\"{}\"", "x".repeat(1023));
        assert_eq!(read_text(None, long.clone()).await.expect_err("too long").status, 413);
        assert_eq!(read_text(Some((CONTENT_LENGTH, "1025")), "{}").await.expect_err("too long").status, 413);
        assert!(read_text(None, format!("\"{}\"", "x".repeat(1022))).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_of_too_many_values_is_413_before_it_is_parsed() {
        let limits = BodyLimits { bytes: 8 * MAX_VALUES, ..LIMITS };
        for (values, status) in [(MAX_VALUES - 2, None), (MAX_VALUES, Some(413))] {
            let body = Body::from(format!("[{}0]", "0,".repeat(values)));
            let found = read_json(&HeaderMap::new(), body, limits).await;
            assert_eq!(found.err().map(|error| u16::from(error.scim_error().status)), status, "{values}");
        }
    }

    #[tokio::test]
    async fn an_endless_body_is_408() {
        let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let error = read_json(&HeaderMap::new(), body, BodyLimits { time: Duration::ZERO, ..LIMITS })
            .await
            .expect_err("too late");
        assert_eq!(error.scim_error().status, 408);
    }
}
