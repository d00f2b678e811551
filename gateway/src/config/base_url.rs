//! Where an app is reached.
//!
//! The base URL carries every request of an instance together with its credential, so what would send a credential somewhere
//! unexpected (user information, a query, a fragment, another scheme) is refused here.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// An absolute `https` or `http` URL with a host, without user information, query, fragment or a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not a base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL at all.
    #[error("`{0}` is not a URL ({1}); write one such as https://api.example.com")]
    Syntax(String, String),
    /// A scheme other than http and https.
    #[error("the scheme `{0}` cannot be used; write https://…")]
    Scheme(String),
    /// `user:password@` in the URL. The text is not repeated: it holds a secret.
    #[error("the URL holds a user name or password; give it as `credential` and `username`")]
    UserInformation,
    /// `?…` or `#…`.
    #[error("`{0}` has a query or a fragment; write only scheme, host and path")]
    Query(String),
}

impl BaseUrl {
    /// The URL; its path ends without a slash unless it is `/`.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whether a credential would travel in the clear.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text).map_err(|error| BaseUrlError::Syntax(text.to_owned(), error.to_string()))?;
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
        Ok(Self(url))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
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
}
