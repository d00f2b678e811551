//! The address of a proxy.

use http::Uri;
use http::uri::InvalidUri;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// `http://host:port` of a proxy that speaks CONNECT.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProxyUrl(Uri);

/// Why a text is not a valid proxy URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyUrlError {
    /// Not a URL at all. The text is not repeated: it may contain a secret.
    #[error("it is not a URL ({0}); write one such as http://proxy.example:3128")]
    Syntax(String),
    /// Another kind of proxy.
    #[error("the proxy scheme `{0}` is unsupported; write http://host:port")]
    Scheme(String),
    /// The text is not repeated: it contains a secret.
    #[error("the URL contains a user name or password; proxies that require one are unsupported")]
    UserInformation,
    /// More than scheme, host and port.
    #[error("`{0}` has more than a host and a port; write http://host:port")]
    More(String),
}

impl ProxyUrl {
    pub(crate) fn uri(&self) -> Uri {
        self.0.clone()
    }
}

impl FromStr for ProxyUrl {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, ProxyUrlError> {
        let url = Url::parse(text).map_err(|error| ProxyUrlError::Syntax(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProxyUrlError::UserInformation);
        }
        if url.scheme() != "http" {
            return Err(ProxyUrlError::Scheme(url.scheme().to_owned()));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(ProxyUrlError::More(text.to_owned()));
        }
        Ok(Self(url.as_str().parse().map_err(|error: InvalidUri| ProxyUrlError::Syntax(error.to_string()))?))
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_and_a_port() {
        for (text, expected) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://10.0.0.1:3128/", "http://10.0.0.1:3128"),
            ("proxy", "it is not a URL (relative URL without a base); write one such as http://proxy.example:3128"),
            ("socks5://proxy", "the proxy scheme `socks5` is unsupported; write http://host:port"),
            (
                "http://u:hunter2@proxy",
                "the URL contains a user name or password; proxies that require one are unsupported",
            ),
            ("http://proxy/x", "`http://proxy/x` has more than a host and a port; write http://host:port"),
        ] {
            let outcome = text.parse::<ProxyUrl>();
            assert_eq!(outcome.map_or_else(|error| error.to_string(), |url| url.to_string()), expected);
        }
    }
}
