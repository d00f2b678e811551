//! The cookie that binds a sign-in to the browser in which it started.
//!
//! Threat: an attacker starts a sign-in, stops before the callback and makes a victim open it, or replays a victim's callback in
//! their own browser. In both cases the browser lacks the cookie. Each sign-in has its own cookie, so that two tabs do not
//! interfere with each other. `__Host-` (RFC 6265bis §4.1.3.2) prevents sibling domains from setting it; with `SameSite=Lax` it is
//! sent when the provider redirects the browser back.

use super::pending::LIFETIME;
use http::HeaderMap;
use http::header::COOKIE;
use subtle::ConstantTimeEq as _;

/// How many characters of the state are in the cookie's name: enough to distinguish the sign-ins of one browser.
const STATE_PREFIX: usize = 16;

/// The cookie of one sign-in.
#[derive(Debug, Clone)]
pub(super) struct BrowserCookie {
    name: String,
    secure: bool,
}

impl BrowserCookie {
    /// `secure` if browsers reach the gateway over https; otherwise a `__Host-` cookie is impossible.
    pub(super) fn of(state: &str, secure: bool) -> Self {
        let prefix = if secure { "__Host-scim-jit-" } else { "scim-jit-" };
        Self { name: format!("{prefix}{}", state.get(..STATE_PREFIX).unwrap_or(state)), secure }
    }

    /// `Set-Cookie` at the start of the sign-in.
    pub(super) fn set(&self, secret: &str) -> String {
        self.line(secret, LIFETIME.as_secs())
    }

    /// `Set-Cookie` at the end of the sign-in.
    pub(super) fn clear(&self) -> String {
        self.line("", 0)
    }

    /// Whether a request comes from the browser that has `secret`.
    pub(super) fn matches(&self, headers: &HeaderMap, secret: &str) -> bool {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name).map(|(_, value)| value);
        values.any(|value| bool::from(value.as_bytes().ct_eq(secret.as_bytes())))
    }

    fn line(&self, value: &str, seconds: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const STATE: &str = "0123456789abcdefGHI";

    #[test]
    fn the_cookie_is_inaccessible_to_scripts_other_hosts_and_other_sites() {
        let line = BrowserCookie::of(STATE, true).set("s3cret");
        let expected = "__Host-scim-jit-0123456789abcdef=s3cret; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(line, expected);
        let line = BrowserCookie::of(STATE, false).clear();
        assert_eq!(line, "scim-jit-0123456789abcdef=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn only_the_right_value_under_the_right_name_matches() {
        let cookie = BrowserCookie::of(STATE, true);
        for (lines, expected) in [
            (vec!["__Host-scim-jit-0123456789abcdef=s3cret"], true),
            (vec!["a=b; __Host-scim-jit-0123456789abcdef=s3cret; c"], true),
            (vec!["a=b", "__Host-scim-jit-0123456789abcdef=s3cret"], true),
            (vec![], false),
            (vec!["__Host-scim-jit-0123456789abcdef="], false),
            (vec!["__Host-scim-jit-0123456789abcdef=s3cre"], false),
            (vec!["scim-jit-0123456789abcdef=s3cret"], false),
            (vec!["__Host-scim-jit-another=s3cret"], false),
        ] {
            let headers: HeaderMap = lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect();
            assert_eq!(cookie.matches(&headers, "s3cret"), expected, "{lines:?}");
        }
    }
}
