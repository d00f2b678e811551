//! The id that links a client's response to the gateway's log.
//!
//! A client's own id is used if it is harmless in a log line and in a header; otherwise the gateway makes one.

use http::HeaderMap;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Where a client may send its id: our own header first, then Microsoft's.
const CLIENT_HEADERS: [&str; 3] = ["x-correlation-id", "client-request-id", "x-request-id"];

const LONGEST: usize = 128;

/// 1 to 128 letters, digits, `.`, `_` and `-`; a request extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationId(String);

/// Why a text is not a correlation id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a correlation id consists of 1 to 128 letters, digits, dots, underscores and hyphens")]
pub struct CorrelationIdError;

impl CorrelationId {
    /// The client's id if it sent a usable one, else the trace id of a W3C `traceparent`, else a new UUID.
    pub fn of(headers: &HeaderMap) -> Self {
        let named = CLIENT_HEADERS.iter().find_map(|name| headers.get(*name)?.to_str().ok()?.parse().ok());
        named.or_else(|| trace_id(headers)).unwrap_or_else(|| Self(Uuid::new_v4().to_string()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CorrelationId {
    type Err = CorrelationIdError;

    fn from_str(text: &str) -> Result<Self, CorrelationIdError> {
        let harmless = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if harmless && (1..=LONGEST).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CorrelationIdError)
        }
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `00-<32 hexadecimal digits>-…`, not all zero (W3C Trace Context §3.2).
fn trace_id(headers: &HeaderMap) -> Option<CorrelationId> {
    let id = headers.get("traceparent")?.to_str().ok()?.split('-').nth(1)?;
    let valid =
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.bytes().any(|byte| byte != b'0');
    valid.then(|| id.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    #[test]
    fn a_harmless_id_of_the_client_is_kept() {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (headers, expected) in [
            (vec![("x-correlation-id", "abc-1.2_3")], "abc-1.2_3"),
            (vec![("client-request-id", "0b1e"), ("x-correlation-id", "mine")], "mine"),
            (vec![("x-correlation-id", "in jected"), ("client-request-id", "0b1e")], "0b1e"),
            (vec![("traceparent", trace)], "4bf92f3577b34da6a3ce929d0e0e4736"),
        ] {
            let map =
                headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            assert_eq!(CorrelationId::of(&map.collect()).as_str(), expected);
        }
    }

    #[test]
    fn anything_else_gets_a_new_uuid() {
        for (name, value) in [
            ("x-correlation-id", ""),
            ("x-correlation-id", "a\"b"),
            ("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
            ("traceparent", "nonsense"),
        ] {
            let headers = [(HeaderName::from_static(name), HeaderValue::from_static(value))].into_iter().collect();
            let id = CorrelationId::of(&headers);
            assert!(Uuid::parse_str(id.as_str()).is_ok(), "{name}: {value} gave {id}");
        }
        assert!("x".repeat(129).parse::<CorrelationId>().is_err());
    }
}
