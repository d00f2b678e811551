//! A resource's id in a URL.

use crate::egress::AppPath;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use scim_protocol::{Error, ErrorStatus, MAX_ID_BYTES};
use std::borrow::Cow;

/// RFC 3986 unreserved characters stay as they are.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A segment of a URL's path, decoded.
///
/// # Errors
/// 400 for what is not UTF-8.
pub fn decoded(segment: &str) -> Result<Cow<'_, str>, Error> {
    let invalid = |_| Error::new(ErrorStatus::BAD_REQUEST, "the path is not UTF-8 once it is percent-decoded");
    percent_decode_str(segment).decode_utf8().map_err(invalid)
}

/// The id in a segment of a URL's path.
///
/// # Errors
/// 400 for what is not UTF-8. 404 for what is longer than any id, before it is written into a log or a table, and for what could not stand
/// in the path of a call to an app (`..`, control characters): no resource has it, and that is the client's fault and not the gateway's.
pub fn parse(segment: &str) -> Result<String, Error> {
    let id = decoded(segment)?;
    if is_possible(&id) { Ok(id.into_owned()) } else { Err(Error::not_found("no resource has such an id")) }
}

/// Whether a resource could have the id.
pub(super) fn is_possible(id: &str) -> bool {
    let path = || format!("/{}", utf8_percent_encode(id, NON_ALPHANUMERIC));
    (1..=MAX_ID_BYTES).contains(&id.len()) && path().parse::<AppPath>().is_ok()
}

/// The id as a segment of a path.
pub(super) fn encoded(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// A resource's address.
pub(super) fn location(base: &str, endpoint: &str, id: &str) -> String {
    format!("{base}{endpoint}/{}", utf8_percent_encode(id, SEGMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_no_path_can_hold_is_nobodys() {
        for (segment, expected) in [
            ("42", Some("42")),
            ("a%40b.example", Some("a@b.example")),
            ("a%2Fb", Some("a/b")),
            ("100%25", Some("100%")),
            ("%C3%A4%20..x", Some("ä ..x")),
            ("", None),
            ("..", None),
            ("%2e%2e", None),
            ("..%2F..%2Fx", None),
            ("x%2F..", None),
            ("a%00b", None),
            ("a%5Cb", None),
        ] {
            let found = parse(segment).map_err(|error| u16::from(error.status));
            assert_eq!(found, expected.map(str::to_owned).ok_or(404), "{segment}");
        }
        assert_eq!(parse("a%FF").map_err(|error| u16::from(error.status)), Err(400));
    }
}
