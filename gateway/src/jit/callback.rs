//! The provider's response through the browser (RFC 6749 §4.1.2, RFC 9207). All of it is untrusted.

use url::form_urlencoded;

/// The parameters of the callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Callback {
    /// The state with which the sign-in started.
    pub(super) state: String,
    /// The issuer of the response, if the provider names it.
    pub(super) issuer: Option<String>,
    /// The authorization code, or the provider's error.
    pub(super) outcome: Result<String, AuthorizationError>,
}

/// Why the provider issued no code (RFC 6749 §4.1.2.1); for the log, never for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuthorizationError {
    /// e.g. `access_denied`.
    pub(super) code: String,
    /// The provider's description.
    pub(super) description: String,
}

impl Callback {
    /// `None` without a state, with neither or both of code and error, or if a parameter is repeated (RFC 6749 §3.1).
    pub(super) fn parse(query: &str) -> Option<Self> {
        let [mut state, mut code, mut error, mut description, mut issuer] = [const { None }; 5];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let parameter = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                "error_description" => &mut description,
                "iss" => &mut issuer,
                _ => continue,
            };
            if parameter.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        let outcome = match (code, error) {
            (Some(code), None) if !code.is_empty() => Ok(code),
            (None, Some(error)) => {
                Err(AuthorizationError { code: error, description: description.unwrap_or_default() })
            }
            _ => return None,
        };
        Some(Self { state: state?, issuer, outcome })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_or_an_error_comes_with_a_state() {
        let callback =
            Callback::parse("code=a%2Bb&state=s&session_state=x&iss=https%3A%2F%2Fop.example").expect("a callback");
        assert_eq!((callback.state.as_str(), callback.outcome), ("s", Ok("a+b".to_owned())));
        assert_eq!(callback.issuer.as_deref(), Some("https://op.example"));
        let callback = Callback::parse("error=access_denied&state=s").expect("a callback");
        assert_eq!(callback.outcome.map_err(|error| error.code), Err("access_denied".to_owned()));
    }

    #[test]
    fn anything_else_is_not_a_callback() {
        for query in [
            "",
            "code=a",
            "state=s",
            "code=&state=s",
            "code=a&code=b&state=s",
            "code=a&state=s&state=t",
            "code=a&error=b&state=s",
        ] {
            assert_eq!(Callback::parse(query), None, "{query}");
        }
    }
}
