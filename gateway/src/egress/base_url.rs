//! Where an instance's app is. Every request goes below it.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::address::{Place, judge};
use super::path::AppPath;

/// An absolute URL without query, fragment or user info, whose host may be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a base URL is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL.
    #[error("base URL `{0}`: {1}; write it like `https://api.app.example/v1`")]
    Syntax(String, String),
    /// Neither `https` nor, where private addresses are allowed, `http`.
    #[error("base URL `{0}`: use https; http only goes with `allow-private-addresses`")]
    Scheme(String),
    /// A credential has its own place.
    #[error("a base URL holds no user name or password; give the credential as `credential`")]
    UserInfo,
    /// Each request brings its own.
    #[error("base URL `{0}` has a query or a fragment; remove it")]
    QueryOrFragment(String),
    /// See [`super::address`].
    #[error("base URL `{url}` points at {place}; set `allow-private-addresses` if the app is in your own network")]
    Address {
        /// The URL.
        url: String,
        /// What kind of place its address is.
        place: Place,
    },
}

impl BaseUrl {
    /// Reads a base URL and judges its host if that is an address; names are judged when they are resolved.
    ///
    /// # Errors
    /// [`BaseUrlError`].
    pub fn parse(text: &str, allow_private: bool) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text).map_err(|error| BaseUrlError::Syntax(text.to_owned(), error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if !(url.scheme() == "https" || allow_private && url.scheme() == "http") {
            return Err(BaseUrlError::Scheme(text.to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::QueryOrFragment(text.to_owned()));
        }
        let judged = match url.host() {
            Some(Host::Ipv4(address)) => judge(IpAddr::V4(address), allow_private),
            Some(Host::Ipv6(address)) => judge(IpAddr::V6(address), allow_private),
            Some(Host::Domain(_)) => Ok(()),
            None => return Err(BaseUrlError::Syntax(text.to_owned(), "it names no host".to_owned())),
        };
        judged.map_err(|place| BaseUrlError::Address { url: text.to_owned(), place })?;
        Ok(Self(url))
    }

    /// The URL of one request. `None` if it would leave the base URL, which [`AppPath`] rules out already.
    pub(super) fn join(&self, path: &AppPath, query: &[(String, String)]) -> Option<Url> {
        let base = self.0.path().trim_end_matches('/');
        let mut url = self.0.clone();
        url.set_path(&format!("{base}{path}"));
        if !query.is_empty() {
            url.set_query(Some(&encode(query)));
        }
        (url.origin() == self.0.origin() && url.path().starts_with(base)).then_some(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// RFC 3986 unreserved characters stay; a space is `%20`, which every server reads alike, unlike `+`.
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
    fn a_base_url_is_judged_when_it_is_read() {
        let cases = [
            ("https://api.samanage.com", false, "https://api.samanage.com/"),
            ("http://127.0.0.1:8080/x", true, "http://127.0.0.1:8080/x"),
            (
                "http://app.example",
                false,
                "base URL `http://app.example`: use https; http only goes with `allow-private-addresses`",
            ),
            (
                "ftp://app.example",
                true,
                "base URL `ftp://app.example`: use https; http only goes with `allow-private-addresses`",
            ),
            (
                "https://u:p@app.example",
                false,
                "a base URL holds no user name or password; give the credential as `credential`",
            ),
            (
                "https://app.example/?a=b",
                false,
                "base URL `https://app.example/?a=b` has a query or a fragment; remove it",
            ),
            (
                "app.example",
                false,
                "base URL `app.example`: relative URL without a base; write it like `https://api.app.example/v1`",
            ),
        ];
        for (text, allow_private, expected) in cases {
            let outcome = BaseUrl::parse(text, allow_private);
            assert_eq!(outcome.map_or_else(|error| error.to_string(), |url| url.to_string()), expected);
        }
    }

    #[test]
    fn an_address_in_any_spelling_is_judged() {
        for text in [
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:a00:1]/",
            "https://169.254.169.254/",
        ] {
            assert!(matches!(BaseUrl::parse(text, false), Err(BaseUrlError::Address { .. })), "{text}");
        }
        assert!(matches!(BaseUrl::parse("https://169.254.169.254/", true), Err(BaseUrlError::Address { .. })));
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
            let base = BaseUrl::parse(base, false).unwrap();
            assert_eq!(base.join(&path.parse().unwrap(), query).unwrap().as_str(), expected);
        }
    }
}
