//! The path of a request, as a connector may name it.
//!
//! Threat: a path that leaves the base URL (`//evil.example`, `/../admin`), hides that from one decoder and not from
//! the next (`%2e%2e`, `%252e%252e`, `..%2f`, `/..;/`, `%c0%ae`), or breaks the request apart (CR, LF, NUL). Everything that is
//! not plainly a path below the base URL is refused; nothing is repaired.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// Longest path, in bytes.
const LONGEST: usize = 4096;
/// How often a path is decoded to see what some proxy or app might see in it.
const DECODINGS: usize = 3;

/// A path below an instance's base URL: absolute, percent-encoded, without query, without a way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPath(String);

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Relative, or a whole URL.
    #[error("a path starts with `/` and names no host")]
    NotAbsolute,
    /// `//evil.example` is another host to some.
    #[error("a path holds no `//`")]
    DoubleSlash,
    /// `.` or `..` as a segment, in any spelling.
    #[error("a path holds no `.` or `..` segment, encoded or not")]
    DotSegment,
    /// A slash to some, in any spelling.
    #[error("a path holds no backslash, encoded or not")]
    Backslash,
    /// CR, LF, NUL and the like, in any spelling.
    #[error("a path holds no control characters, encoded or not")]
    Control,
    /// The query travels apart.
    #[error("a path holds no `?` or `#`; give the query as `query`")]
    QueryOrFragment,
    /// Spaces, non-ASCII, `"`, `<` and the like.
    #[error("a path percent-encodes `{0}`")]
    NotEncoded(char),
    /// `%` without two hexadecimal digits.
    #[error("`%` in a path is followed by two hexadecimal digits")]
    BadEscape,
    /// `%c0%ae` is a dot to a lenient decoder.
    #[error("a path is UTF-8 when it is decoded")]
    NotUtf8,
    /// Longer than any app's.
    #[error("a path has at most {LONGEST} bytes")]
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
        if path.len() > LONGEST {
            return Err(PathError::TooLong);
        }
        if !path.starts_with('/') {
            return Err(PathError::NotAbsolute);
        }
        if path.contains("//") {
            return Err(PathError::DoubleSlash);
        }
        judge_every_reading(path)?;
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

/// The path as written, decoded once, decoded twice: none of them may hold a trick.
fn judge_every_reading(path: &str) -> Result<(), PathError> {
    let mut reading = path.as_bytes().to_vec();
    for _ in 0..=DECODINGS {
        if reading.contains(&b'\\') {
            return Err(PathError::Backslash);
        }
        if reading.iter().any(u8::is_ascii_control) {
            return Err(PathError::Control);
        }
        // `;` starts a segment's parameters: some servers see `..` in `..;x`.
        let segments = reading.split(|byte| *byte == b'/').map(|s| s.split(|byte| *byte == b';').next());
        if segments.flatten().any(|segment| segment == b"." || segment == b"..") {
            return Err(PathError::DotSegment);
        }
        let text = str::from_utf8(&reading).map_err(|_| PathError::NotUtf8)?;
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        if decoded == reading {
            return Ok(());
        }
        reading = decoded;
    }
    // Encoded more often than any honest client does.
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
        assert_eq!(format!("/{}", "a".repeat(LONGEST)).parse::<AppPath>(), Err(TooLong));
    }
}
