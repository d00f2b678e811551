//! The host that a request is for (RFC 9112 §3.2).
//!
//! The addresses in answers are made of it, so what is not a host never gets further than here.

use super::error_response::ErrorResponse;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Uri, Version};
use scim_protocol::{Error, ErrorStatus};

/// The host, and the port if there is one, that the client wrote; an extension of every request that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestHost(pub(super) Authority);

/// Puts the [`RequestHost`] into the request's extensions, or answers 400.
pub(super) async fn require(mut request: Request, next: Next) -> Response {
    match host(request.version(), request.uri(), request.headers()) {
        Ok(host) => {
            if let Some(host) = host {
                request.extensions_mut().insert(RequestHost(host));
            }
            next.run(request).await
        }
        Err(detail) => ErrorResponse::from(Error::new(ErrorStatus::BAD_REQUEST, detail)).into_response(),
    }
}

/// The host of a request; only one of HTTP/1.0 may have none. A whole URL in the request line comes before the header, which must
/// be right all the same.
fn host(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<Option<Authority>, &'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (_, Some(_)) => return Err("the request has more than one Host header; send one"),
        (Some(host), None) => Some(
            Authority::try_from(host.as_bytes())
                .ok()
                .filter(is_host)
                .ok_or("the Host header is not the name of a host; send one such as `Host: scim.example.com`")?,
        ),
        (None, None) if version > Version::HTTP_10 => {
            return Err("the request has no Host header; send one such as `Host: scim.example.com`");
        }
        (None, None) => None,
    };
    match uri.authority() {
        Some(authority) if is_host(authority) => Ok(Some(authority.clone())),
        Some(_) => Err("the URL in the request line does not name a host"),
        None => Ok(named),
    }
}

/// Whether it is a host and at most a port: no user, and the port a number.
fn is_host(authority: &Authority) -> bool {
    let (text, host) = (authority.as_str(), authority.host());
    let is_named = !host.is_empty() && !host.contains(['@', '"', '<', '>', '\\', '^', '`', '{', '|', '}']);
    is_named
        && text.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest == ":" || authority.port_u16().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(version: Version, uri: &'static str, hosts: &[&'static str]) -> Result<Option<String>, &'static str> {
        let headers = hosts.iter().map(|host| (HOST, HeaderValue::from_static(host))).collect();
        host(version, &Uri::from_static(uri), &headers).map(|host| host.map(|host| host.to_string()))
    }

    #[test]
    fn a_host_is_a_name_or_an_address_and_at_most_a_port() {
        for host in ["scim.example.com", "a_b", "10.0.0.1:8080", "[::1]:8080", "[::1]", "xn--tst-qla.example", "x:"] {
            assert_eq!(of(Version::HTTP_11, "/", &[host]), Ok(Some(host.to_owned())));
        }
        for host in
            ["", " ", "a b", "a/b", "http://a", "a@b", "a:b", "a:99999", "a,b c", "a\"b", "<a>", "[::1", "a?b", "a#b"]
        {
            assert!(of(Version::HTTP_11, "/", &[host]).is_err(), "{host:?}");
        }
    }

    #[test]
    fn there_is_exactly_one_and_only_http_1_0_may_have_none() {
        assert!(of(Version::HTTP_11, "/", &[]).is_err());
        assert!(of(Version::HTTP_11, "/", &["a", "a"]).is_err());
        assert_eq!(of(Version::HTTP_10, "/", &[]), Ok(None));
        assert!(of(Version::HTTP_10, "/", &["a", "b"]).is_err());
    }

    #[test]
    fn a_whole_url_in_the_request_line_comes_first() {
        assert_eq!(of(Version::HTTP_11, "http://b.example/x", &["a.example"]), Ok(Some("b.example".to_owned())));
        assert!(of(Version::HTTP_11, "http://b.example/x", &["a b"]).is_err());
        assert!(of(Version::HTTP_11, "http://u@b.example/x", &["a"]).is_err());
    }
}
