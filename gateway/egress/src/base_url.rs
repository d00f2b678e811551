//! A base URL: that of an instance's app, or that of this gateway as clients see it.
//!
//! Every request of an instance goes below its base URL and carries its credential. What could send the credential somewhere
//! unexpected (user information, a query, a fragment, another scheme) is therefore refused when the URL is parsed.

use super::address::{ForbiddenTarget, judge_url};
use super::path::AppPath;
use http::Uri;
use http::uri::{InvalidUri, PathAndQuery};
use std::fmt;
use std::str::FromStr;
use url::Url;

/// An absolute `https` or `http` URL with a host, without user information, query, fragment or trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    /// The same URL, as requests need it.
    uri: Uri,
}

/// Why a text is not a valid base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL at all. The text is not repeated: it may contain a secret.
    #[error("it is not a URL ({0}); write one such as https://api.example.com")]
    Syntax(String),
    /// A scheme other than http and https.
    #[error("the scheme `{0}` cannot be used; write https://…")]
    Scheme(String),
    /// `user:password@` in the URL. The text is not repeated: it contains a secret.
    #[error("the URL contains a user name or password; set `credential` and `username` instead")]
    UserInformation,
    /// `?…` or `#…`.
    #[error("`{0}` has a query or a fragment; write only scheme, host and path")]
    Query(String),
}

impl BaseUrl {
    /// The URL; its path has no trailing slash unless it is `/`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether a credential would be sent unencrypted.
    pub fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether requests may go there; `allow_private` permits plain http, loopback and private networks.
    ///
    /// # Errors
    /// [`ForbiddenTarget`].
    pub fn judge(&self, allow_private: bool) -> Result<(), ForbiddenTarget> {
        judge_url(&self.url, allow_private)
    }

    /// The URL of one request; an [`AppPath`] cannot leave the base URL. `None` if path and query exceed the length of any URL.
    pub(crate) fn join(&self, path: &AppPath, query: &[(String, String)]) -> Option<Uri> {
        let mut text = format!("{}{path}", self.url.path().trim_end_matches('/'));
        if !query.is_empty() {
            text.push('?');
            text.push_str(&encode(query));
        }
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
        Uri::from_parts(parts).ok()
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text).map_err(|error| BaseUrlError::Syntax(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BaseUrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInformation);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query(text.to_owned()));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let uri = url.as_str().parse().map_err(|error: InvalidUri| BaseUrlError::Syntax(error.to_string()))?;
        Ok(Self { url, uri })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

/// RFC 3986 unreserved characters are kept; a space is `%20`, which every server decodes alike, unlike `+`.
fn encode(query: &[(String, String)]) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let pairs = query
        .iter()
        .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, ENCODED), utf8_percent_encode(value, ENCODED)));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_loses_its_last_slash_and_keeps_its_path() {
        for (text, expected) in [
            ("https://api.samanage.com", "https://api.samanage.com"),
            ("https://API.samanage.com/", "https://api.samanage.com"),
            ("https://acme.example/scim/v2//", "https://acme.example/scim/v2"),
            ("http://127.0.0.1:4711", "http://127.0.0.1:4711"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().expect(text).to_string(), expected);
        }
    }

    #[test]
    fn what_could_send_a_credential_elsewhere_is_refused() {
        for text in [
            "api.samanage.com",
            "ftp://api.samanage.com",
            "https://",
            "https://user:secret@api.samanage.com",
            "https://api.samanage.com?x=1",
            "https://api.samanage.com#x",
            "",
        ] {
            let error = text.parse::<BaseUrl>().expect_err(text).to_string();
            assert!(!error.contains("secret@"), "{error}");
        }
    }

    #[test]
    fn an_address_in_any_spelling_is_judged() {
        let judged = |text: &str, allow_private| text.parse::<BaseUrl>().unwrap().judge(allow_private);
        for text in [
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:a00:1]/",
            "https://169.254.169.254/",
        ] {
            assert!(matches!(judged(text, false), Err(ForbiddenTarget::Address(_))), "{text}");
        }
        assert!(matches!(judged("https://169.254.169.254/", true), Err(ForbiddenTarget::Address(_))));
        assert_eq!(judged("http://app.example", false), Err(ForbiddenTarget::Plain));
        assert_eq!(judged("http://127.0.0.1:8080/x", true), Ok(()));
        assert_eq!(judged("https://app.example", false), Ok(()));
    }

    #[test]
    fn requests_go_below_the_base_url_with_an_encoded_query() {
        let query = [("filter".to_owned(), "userName eq \"a+b&c\"".to_owned())];
        for (base, path, query, expected) in [
            ("https://a.example", "/users.json", &[][..], "https://a.example/users.json"),
            ("https://a.example/scim/v2/", "/Users", &[][..], "https://a.example/scim/v2/Users"),
            ("https://a.example/scim/v2", "/Users/a%2Fb", &[][..], "https://a.example/scim/v2/Users/a%2Fb"),
            ("https://a.example", "/x", &query[..], "https://a.example/x?filter=userName%20eq%20%22a%2Bb%26c%22"),
        ] {
            let base: BaseUrl = base.parse().unwrap();
            assert_eq!(base.join(&path.parse().unwrap(), query).unwrap(), expected);
        }
    }
}
