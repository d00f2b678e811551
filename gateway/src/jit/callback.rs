//! What the provider sends back through the browser (RFC 6749 §4.1.2, RFC 9207). All of it may have been written by anybody.

use url::form_urlencoded;

/// The parameters of the call-back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Callback {
    /// What the sign-in began with.
    pub(super) state: String,
    /// Who answers, if the provider says so.
    pub(super) issuer: Option<String>,
    /// The code, or the provider's refusal.
    pub(super) outcome: Result<String, AuthorizationError>,
}

/// Why the provider gave no code; for the log, never for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuthorizationError {
    /// e.g. `access_denied`.
    pub(super) code: String,
    /// In the provider's words.
    pub(super) description: String,
}

impl Callback {
    /// `None` without a state, with neither or both of code and error, or when one of them comes twice (RFC 6749 §3.1).
    pub(super) fn parse(query: &str) -> Option<Self> {
        let [mut state, mut code, mut error, mut description, mut issuer] = [const { None }; 5];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                "error_description" => &mut description,
                "iss" => &mut issuer,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
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
    fn a_code_or_a_refusal_comes_with_a_state() {
        let callback =
            Callback::parse("code=a%2Bb&state=s&session_state=x&iss=https%3A%2F%2Fop.example").expect("a call-back");
        assert_eq!((callback.state.as_str(), callback.outcome), ("s", Ok("a+b".to_owned())));
        assert_eq!(callback.issuer.as_deref(), Some("https://op.example"));
        let callback = Callback::parse("error=access_denied&state=s").expect("a call-back");
        assert_eq!(callback.outcome.map_err(|refusal| refusal.code), Err("access_denied".to_owned()));
    }

    #[test]
    fn anything_else_is_no_callback() {
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
