//! The host of an app, to which an instance sends its credential.

use crate::egress::{BaseUrl, BaseUrlError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Scheme, host and port, as in `https://api.example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(String);

/// Why a text is not a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Not a URL that a credential may be sent to.
    #[error(transparent)]
    Url(#[from] BaseUrlError),
    /// More than a host.
    #[error("`{0}` has a path; write only scheme and host, such as https://api.example.com")]
    Path(String),
}

impl Host {
    /// The host of a URL.
    #[must_use]
    pub fn of(url: &BaseUrl) -> Self {
        Self(url.url().origin().ascii_serialization())
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let url: BaseUrl = text.parse()?;
        if url.url().path() == "/" { Ok(Self::of(&url)) } else { Err(HostError::Path(text.to_owned())) }
    }
}

impl TryFrom<String> for Host {
    type Error = HostError;

    fn try_from(text: String) -> Result<Self, HostError> {
        text.parse()
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_url_without_a_path() {
        for (text, expected) in [
            ("https://API.example.com", Some("https://api.example.com")),
            ("https://api.example.com:443/", Some("https://api.example.com")),
            ("http://10.0.0.7:8443", Some("http://10.0.0.7:8443")),
            ("https://api.example.com/v1", None),
            ("api.example.com", None),
            ("https://user@api.example.com", None),
        ] {
            assert_eq!(text.parse::<Host>().ok().map(String::from).as_deref(), expected, "{text}");
        }
    }
}
