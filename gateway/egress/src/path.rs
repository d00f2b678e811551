//! The path of a connector's request.
//!
//! Threat: a path that leaves the base URL (`//evil.example`, `/../admin`), that does so for one decoder but not for another
//! (`%2e%2e`, `%252e%252e`, `..%2f`, `/..;/`, `%c0%ae`), or that splits the request (CR, LF, NUL). Everything that is not
//! clearly a path below the base URL is refused; nothing is repaired.

use percent_encoding::percent_decode_str;
use std::fmt;
use std::str::FromStr;

/// The longest path, in bytes.
const MAX_BYTES: usize = 4096;
/// How often a path is decoded, since a proxy or an app may decode it again.
const DECODINGS: usize = 3;

/// A path below an instance's base URL: absolute, percent-encoded, without query, without dot segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPath(String);

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Relative, or a whole URL.
    #[error("a path must start with `/` and name no host")]
    NotAbsolute,
    /// Some software takes `//evil.example` for another host.
    #[error("a path must not contain `//`")]
    DoubleSlash,
    /// `.` or `..` as a segment, encoded or not.
    #[error("a path must not contain a `.` or `..` segment, encoded or not")]
    DotSegment,
    /// Some software takes it for a slash.
    #[error("a path must not contain a backslash, encoded or not")]
    Backslash,
    /// CR, LF, NUL and the like, encoded or not.
    #[error("a path must not contain control characters, encoded or not")]
    Control,
    /// The query is a field of its own.
    #[error("a path must not contain `?` or `#`; pass the query as `query`")]
    QueryOrFragment,
    /// Spaces, non-ASCII, `"`, `<` and the like.
    #[error("`{0}` in a path must be percent-encoded")]
    NotEncoded(char),
    /// `%` without two hexadecimal digits.
    #[error("`%` in a path must be followed by two hexadecimal digits")]
    BadEscape,
    /// `%c0%ae` is a dot to a lenient decoder.
    #[error("a path must be UTF-8 when decoded")]
    NotUtf8,
    /// Longer than any app needs.
    #[error("a path may have at most {MAX_BYTES} bytes")]
    TooLong,
}

impl AppPath {
    /// The path, starting with `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        if path.len() > MAX_BYTES {
            return Err(PathError::TooLong);
        }
        if !path.starts_with('/') {
            return Err(PathError::NotAbsolute);
        }
        if path.contains("//") {
            return Err(PathError::DoubleSlash);
        }
        check_every_decoding(path)?;
        if path.contains(['?', '#']) {
            return Err(PathError::QueryOrFragment);
        }
        match path.chars().find(|c| !is_path_character(*c)) {
            Some(c) => Err(PathError::NotEncoded(c)),
            None if escapes_are_whole(path) => Ok(Self(path.to_owned())),
            None => Err(PathError::BadEscape),
        }
    }
}

impl fmt::Display for AppPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The path as written, decoded once, decoded twice, and so on: none of these may leave the base URL.
fn check_every_decoding(path: &str) -> Result<(), PathError> {
    let mut text = path.as_bytes().to_vec();
    for _ in 0..=DECODINGS {
        if text.contains(&b'\\') {
            return Err(PathError::Backslash);
        }
        if text.iter().any(u8::is_ascii_control) {
            return Err(PathError::Control);
        }
        // `;` starts the parameters of a segment: some servers read `..;x` as `..`.
        let segments = text.split(|byte| *byte == b'/').map(|s| s.split(|byte| *byte == b';').next());
        if segments.flatten().any(|segment| segment == b"." || segment == b"..") {
            return Err(PathError::DotSegment);
        }
        let utf8 = str::from_utf8(&text).map_err(|_| PathError::NotUtf8)?;
        let decoded: Vec<u8> = percent_decode_str(utf8).collect();
        if decoded == text {
            return Ok(());
        }
        text = decoded;
    }
    // No honest client encodes a path this often.
    Err(PathError::DotSegment)
}

/// RFC 3986 §3.3 `pchar`, `/` and `%`.
fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/%-._~!$&'()*+,;=:@".contains(c)
}

fn escapes_are_whole(path: &str) -> bool {
    path.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_below_the_base_url_pass_unchanged() {
        for path in [
            "/",
            "/users.json",
            "/users/42.json",
            "/Users/a%20b",
            "/Users/a@b.example",
            "/v1/x;y=1",
            "/a%2Fb",
            "/caf%C3%A9",
            "/Users/...",
            "/.well-known/x",
            "/a..b",
        ] {
            assert_eq!(path.parse::<AppPath>().map(|parsed| parsed.0), Ok(path.to_owned()));
        }
    }

    #[test]
    fn every_way_out_of_the_base_url_is_refused() {
        use PathError::*;
        let cases = [
            ("", NotAbsolute),
            ("users", NotAbsolute),
            ("https://evil.example/", NotAbsolute),
            ("@evil.example/", NotAbsolute),
            ("//evil.example/", DoubleSlash),
            ("/a//b", DoubleSlash),
            ("/..", DotSegment),
            ("/../admin", DotSegment),
            ("/a/./b", DotSegment),
            ("/a/%2e%2e/b", DotSegment),
            ("/a/.%2E/b", DotSegment),
            ("/a/%252e%252e/b", DotSegment),
            ("/a/..%2fb", DotSegment),
            ("/a/..%252fb", DotSegment),
            ("/a/..;x=1/b", DotSegment),
            ("/%2525252525252e", DotSegment),
            ("/a\\b", Backslash),
            ("/a/%5c..%5c", Backslash),
            ("/a\r\nHost: evil.example", Control),
            ("/a%0d%0aHost:%20evil", Control),
            ("/a%00", Control),
            ("/a?b=c", QueryOrFragment),
            ("/a#b", QueryOrFragment),
            ("/a b", NotEncoded(' ')),
            ("/café", NotEncoded('é')),
            ("/a\"", NotEncoded('"')),
            ("/%c0%ae%c0%ae/admin", NotUtf8),
            ("/a%25c0%25af..", NotUtf8),
            ("/a%2", BadEscape),
            ("/a%zz", BadEscape),
        ];
        for (path, error) in cases {
            assert_eq!(path.parse::<AppPath>(), Err(error), "{path:?}");
        }
        assert_eq!(format!("/{}", "a".repeat(MAX_BYTES)).parse::<AppPath>(), Err(TooLong));
    }
}
