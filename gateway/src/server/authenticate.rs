//! Who may call an instance: whoever presents one of its tokens.
//!
//! Threats: guessing a token by timing (hashes are compared in constant time and all of them every time), and finding out whose
//! tenants are served. So an outsider gets the same 401 for a wrong token and for an instance that does not exist. Only who holds a
//! token that this gateway accepts for some instance is told 404 for a name that is not served: most likely an
//! administrator who mistyped the tenant URL.
//!
//! A token comes as `Authorization: Bearer` (RFC 6750) or as the password of `Authorization: Basic` (Okta's basic mode; the
//! user name is not looked at).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use scim_protocol::error::Error;
use subtle::Choice;

use super::error::Failure;
use crate::config::{Config, InstanceName, TokenHash};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The tokens of every instance.
#[derive(Debug, Clone, Default)]
pub struct Access {
    tokens: BTreeMap<InstanceName, Vec<TokenHash>>,
    admin: Vec<TokenHash>,
}

impl Access {
    /// The tokens that a configuration lists.
    pub fn new(config: &Config) -> Self {
        let tokens = config.instances.iter().map(|(name, instance)| (name.clone(), instance.tokens.clone()));
        Self { tokens: tokens.collect(), admin: config.server.admin_tokens.clone() }
    }

    /// Takes away the tokens of an instance that another configuration did not list for it.
    pub fn only_if_before(&mut self, instance: &InstanceName, before: &Self) {
        let known = before.tokens.get(instance);
        if let Some(tokens) = self.tokens.get_mut(instance) {
            tokens.retain(|token| known.is_some_and(|known| known.contains(token)));
        }
    }

    /// The instances that both know and to which they let different callers.
    pub fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a InstanceName> {
        let both = self.tokens.iter().filter_map(|(name, tokens)| Some((name, tokens, other.tokens.get(name)?)));
        both.filter_map(|(name, tokens, others)| (tokens != others).then_some(name))
    }

    /// Whether other operators are let to their routes.
    pub fn differs_for_operators(&self, other: &Self) -> bool {
        self.admin != other.admin
    }

    /// Lets the operator to its own routes, if the request's token is one of `admin-tokens`.
    ///
    /// # Errors
    /// 404, as for a path that nothing serves, where there are no such tokens; 401 without a token or with another one.
    pub fn admit_operator(&self, headers: &HeaderMap) -> Result<(), Failure> {
        if self.admin.is_empty() {
            let failure = Failure::from(Error::not_found("nothing is served at this path"));
            return Err(failure.because("the operator's routes are closed: [server] has no admin-tokens"));
        }
        let hash = TokenHash::of(&presented(headers)?);
        if bool::from(matches(&hash, &self.admin)) {
            return Ok(());
        }
        let detail = "this token is not accepted here; the operator's routes take one of [server] admin-tokens";
        Err(Failure::from(Error::unauthorized(detail)).because("wrong token"))
    }

    /// The instance that a URL's first segment names, if the request's token is one of its tokens.
    ///
    /// # Errors
    /// 401 without a token or with a wrong one; 404 for a name that is not served, to holders of another instance's token.
    pub fn admit(&self, instance: &str, headers: &HeaderMap) -> Result<&InstanceName, Failure> {
        let token = presented(headers)?;
        let hash = TokenHash::of(&token);
        let found = self.tokens.get_key_value(instance);
        if let Some((name, tokens)) = found
            && bool::from(matches(&hash, tokens))
        {
            return Ok(name);
        }
        // Both refusals look at every token, so that they take the same time.
        let known = self.tokens.values().fold(Choice::from(0), |known, tokens| known | matches(&hash, tokens));
        if found.is_none() && bool::from(known) {
            let detail = "there is no instance at this URL; check the first part of the path in the tenant URL";
            return Err(Error::not_found(detail).into());
        }
        let detail = "this token is not accepted at this URL; check the secret token and the tenant URL";
        let cause = if found.is_some() { "wrong token" } else { "unknown instance and unknown token" };
        Err(Failure::from(Error::unauthorized(detail)).because(cause))
    }
}

fn matches(hash: &TokenHash, tokens: &[TokenHash]) -> Choice {
    tokens.iter().fold(Choice::from(0), |found, token| found | token.constant_time_eq(hash))
}

/// The token of the one `Authorization` header.
fn presented(headers: &HeaderMap) -> Result<String, Failure> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(refusal("no single Authorization header"));
    };
    let value = value.to_str().map_err(|_| refusal("an Authorization header that is not ASCII"))?;
    let (scheme, credentials) = value.trim().split_once(' ').ok_or_else(|| refusal("no scheme before the token"))?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(credentials.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refusal("another scheme than Bearer or Basic"));
    }
    let decoded = BASE64.decode(credentials).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or_else(|| refusal("Basic credentials that are not base64"))?;
    let (_, password) = decoded.split_once(':').ok_or_else(|| refusal("Basic credentials without a colon"))?;
    Ok(password.to_owned())
}

fn refusal(cause: &str) -> Failure {
    let detail = "a token is needed: send it as `Authorization: Bearer <token>`";
    Failure::from(Error::unauthorized(detail)).because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn access() -> Access {
        let entry = |name: &str, tokens: &[&str]| {
            (name.parse().expect("a name"), tokens.iter().map(|t| TokenHash::of(t)).collect())
        };
        Access { tokens: [entry("acme", &["old", "new"]), entry("globex", &["other"])].into(), admin: Vec::new() }
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", BASE64.encode(text))
    }

    #[test]
    fn each_token_of_an_instance_is_admitted_however_it_is_sent() {
        let headers = ["Bearer old", "Bearer new", "bearer new", "BEARER  new ", &basic("okta:new"), &basic(":old")];
        for header in headers {
            let map = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(header).expect(header))]);
            assert_eq!(access().admit("acme", &map).map(InstanceName::as_str), Ok("acme"), "{header}");
        }
    }

    #[test]
    fn an_instance_that_keeps_its_old_version_gets_no_new_callers_and_loses_those_who_were_taken_out() {
        let mut after = access();
        let before = Access {
            tokens: [("acme".parse().expect("a name"), vec![TokenHash::of("old"), TokenHash::of("revoked")])].into(),
            admin: Vec::new(),
        };
        let acme = "acme".parse().expect("a name");
        after.only_if_before(&acme, &before);
        assert_eq!(after.tokens.get(&acme), Some(&vec![TokenHash::of("old")]));
    }

    #[test]
    fn everything_else_is_refused() {
        let other = basic("new:other");
        for (instance, headers, status) in [
            ("acme", vec![], 401),
            ("acme", vec!["non-token"], 401),
            ("acme", vec!["new"], 401),
            ("acme", vec!["Bearer "], 401),
            ("acme", vec!["Bearer wrong"], 401),
            ("acme", vec!["Bearer other"], 401),
            ("acme", vec!["Digest new"], 401),
            ("acme", vec!["Basic !!!"], 401),
            ("acme", vec!["Basic bmV3"], 401),
            ("acme", vec![&other], 401),
            ("acme", vec!["Bearer new", "Bearer new"], 401),
            ("unknown", vec![], 401),
            ("unknown", vec!["Bearer wrong"], 401),
            ("unknown", vec!["Bearer new"], 404),
            ("Acme", vec!["Bearer new"], 404),
            ("", vec!["Bearer new"], 404),
        ] {
            let values = headers.iter().map(|value| (AUTHORIZATION, HeaderValue::from_str(value).expect(value)));
            let mut map = HeaderMap::new();
            values.for_each(|(name, value)| {
                map.append(name, value);
            });
            let failure = access().admit(instance, &map).expect_err(instance);
            assert_eq!(failure.error().status, status, "{instance} {headers:?}");
        }
    }

    #[test]
    fn the_operators_routes_open_to_admin_tokens_and_are_not_there_without_any() {
        let open = Access { admin: vec![TokenHash::of("root")], ..access() };
        for (access, header, status) in [
            (&open, Some("Bearer root"), None),
            (&open, Some("Bearer new"), Some(401)),
            (&open, None, Some(401)),
            (&access(), Some("Bearer new"), Some(404)),
            (&access(), None, Some(404)),
        ] {
            let headers = header.map(|value| (AUTHORIZATION, HeaderValue::from_static(value))).into_iter().collect();
            let refused = access.admit_operator(&headers).err().map(|failure| failure.error().status);
            assert_eq!(refused, status, "{header:?}");
        }
        let mut root = HeaderMap::new();
        root.insert(AUTHORIZATION, HeaderValue::from_static("Bearer root"));
        assert_eq!(open.admit("acme", &root).expect_err("an instance").error().status, 401);
    }

    #[test]
    fn an_outsider_cannot_tell_a_wrong_token_from_an_unknown_instance() {
        let map = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer wrong"))]);
        let [known, unknown] =
            ["acme", "nobody"].map(|name| access().admit(name, &map).expect_err(name).error().clone());
        assert_eq!(known, unknown);
    }
}
