//! The path of a request, as a connector may name it.
//!
//! Threat: a path that leaves the base URL (`//evil.example`, `/../admin`), hides that from one decoder and not from
//! the next (`%2e%2e`, `%252e%252e`, `..%2f`, `/..;/`), or breaks the request apart (CR, LF, NUL). Everything that is
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

    /// The path for a log line: what looks like an id is `{id}`.
    #[must_use]
    pub fn template(&self) -> String {
        let segments = self.0.split('/').map(|segment| {
            let (stem, extension) = match segment.rsplit_once('.') {
                Some((stem, extension)) if is_word(extension) => (stem, Some(extension)),
                _ => (segment, None),
            };
            match (is_word(stem) || is_version(stem), extension) {
                (true, _) => segment.to_owned(),
                (false, Some(extension)) => format!("{{id}}.{extension}"),
                (false, None) => "{id}".to_owned(),
            }
        });
        segments.collect::<Vec<_>>().join("/")
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
        let text = String::from_utf8_lossy(&reading).into_owned();
        let decoded: Vec<u8> = percent_decode_str(&text).collect();
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

fn is_word(segment: &str) -> bool {
    segment.len() <= 40 && segment.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-' || byte == b'_')
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit()))
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
            ("/a%2", BadEscape),
            ("/a%zz", BadEscape),
        ];
        for (path, error) in cases {
            assert_eq!(path.parse::<AppPath>(), Err(error), "{path:?}");
        }
        assert_eq!(format!("/{}", "a".repeat(LONGEST)).parse::<AppPath>(), Err(TooLong));
    }

    #[test]
    fn a_log_line_shows_no_ids() {
        for (path, template) in [
            ("/users.json", "/users.json"),
            ("/users/42.json", "/users/{id}.json"),
            ("/Users/2819c223-7f76-453a-919d-413861904646", "/Users/{id}"),
            ("/v1/Users/a@b.example", "/v1/Users/{id}.example"),
            ("/", "/"),
        ] {
            assert_eq!(path.parse::<AppPath>().unwrap().template(), template);
        }
    }
}
