//! Who may call an instance: any caller that presents one of its tokens.
//!
//! Threats: guessing a token by timing (hashes are compared in constant time, and every hash is compared every time), and
//! finding out which tenants are served. An outsider therefore gets the same 401 for a wrong token and for an instance that
//! does not exist. Only a caller with a token that some instance of this gateway accepts gets 404 for an unknown name: most
//! likely an administrator who mistyped the tenant URL.
//!
//! A token is sent as `Authorization: Bearer` (RFC 6750) or as the password of `Authorization: Basic` (Okta's basic mode; the
//! user name is ignored).

use crate::config::{Config, InstanceName, TokenHash};
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use scim_protocol::error::Error;
use std::collections::BTreeMap;
use subtle::Choice;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The tokens of every instance and of the operator.
#[derive(Debug, Clone, Default)]
pub struct Access {
    tokens: BTreeMap<InstanceName, Vec<TokenHash>>,
    admin: Vec<TokenHash>,
}

/// Why a request is not admitted. The texts are the operator's; [`Self::to_scim`] is what the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// There is no token, or not in a form that is understood.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The token belongs to no instance, or to another one.
    #[error("wrong token")]
    WrongToken,
    /// Neither the name nor the token is known.
    #[error("unknown instance and unknown token")]
    UnknownInstanceAndToken,
    /// The name is unknown, and the token is another instance's.
    #[error("unknown instance")]
    UnknownInstance,
    /// The token is not one of the operator's.
    #[error("wrong token")]
    WrongOperatorToken,
    /// The configuration has no operator's tokens.
    #[error("the operator's routes are closed: [server] has no admin-tokens")]
    OperatorRoutesClosed,
}

impl AccessError {
    /// The client's error, 401 or 404. It is the same for a wrong token and for an unknown instance with an unknown token.
    #[must_use]
    pub fn to_scim(self) -> Error {
        match self {
            Self::Unauthenticated(_) => {
                Error::unauthorized("a token is needed: send it as `Authorization: Bearer <token>`")
            }
            Self::WrongToken | Self::UnknownInstanceAndToken => {
                Error::unauthorized("this token is not accepted at this URL; check the secret token and the tenant URL")
            }
            Self::UnknownInstance => {
                Error::not_found("there is no instance at this URL; check the first part of the path in the tenant URL")
            }
            Self::WrongOperatorToken => Error::unauthorized(
                "this token is not accepted here; the operator's routes accept one of the admin-tokens of [server]",
            ),
            Self::OperatorRoutesClosed => Error::not_found("nothing is served at this path"),
        }
    }

    /// Whether a token was presented that is accepted nowhere, or not here.
    #[must_use]
    pub const fn is_wrong_token(self) -> bool {
        matches!(self, Self::WrongToken | Self::UnknownInstanceAndToken | Self::WrongOperatorToken)
    }
}

impl Access {
    /// The tokens that a configuration lists.
    pub fn new(config: &Config) -> Self {
        let tokens = config.instances.iter().map(|(name, instance)| (name.clone(), instance.tokens.clone()));
        Self { tokens: tokens.collect(), admin: config.server.admin_tokens.clone() }
    }

    /// Keeps only those tokens of an instance that an earlier configuration listed for it, too.
    pub fn retain_known_to(&mut self, before: &Self, instance: &InstanceName) {
        let known = before.tokens.get(instance);
        if let Some(tokens) = self.tokens.get_mut(instance) {
            tokens.retain(|token| known.is_some_and(|known| known.contains(token)));
        }
    }

    /// The instances that are in both and accept different tokens.
    pub fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a InstanceName> {
        let both = self.tokens.iter().filter_map(|(name, tokens)| Some((name, tokens, other.tokens.get(name)?)));
        both.filter_map(|(name, tokens, others)| (tokens != others).then_some(name))
    }

    /// Whether the operator's tokens differ.
    pub fn differs_for_operators(&self, other: &Self) -> bool {
        self.admin != other.admin
    }

    /// Admits the operator to the operator's routes if the request's token is one of `admin-tokens`.
    ///
    /// # Errors
    /// [`AccessError::OperatorRoutesClosed`] where no such tokens are configured, [`AccessError::Unauthenticated`] and
    /// [`AccessError::WrongOperatorToken`].
    pub fn admit_operator(&self, headers: &HeaderMap) -> Result<(), AccessError> {
        if self.admin.is_empty() {
            return Err(AccessError::OperatorRoutesClosed);
        }
        let hash = TokenHash::of(&presented(headers)?);
        if bool::from(matches(&hash, &self.admin)) {
            return Ok(());
        }
        Err(AccessError::WrongOperatorToken)
    }

    /// The instance that the first segment of a URL names, if the request's token is one of its tokens.
    ///
    /// # Errors
    /// 401 without a token or with a wrong one; 404 for an unknown name, for holders of another instance's token.
    pub fn admit(&self, instance: &str, headers: &HeaderMap) -> Result<&InstanceName, AccessError> {
        let token = presented(headers)?;
        let hash = TokenHash::of(&token);
        let found = self.tokens.get_key_value(instance);
        if let Some((name, tokens)) = found
            && bool::from(matches(&hash, tokens))
        {
            return Ok(name);
        }
        // Both errors compare every token, so that they take the same time.
        let known = self.tokens.values().fold(Choice::from(0), |known, tokens| known | matches(&hash, tokens));
        if found.is_none() && bool::from(known) {
            return Err(AccessError::UnknownInstance);
        }
        Err(if found.is_some() { AccessError::WrongToken } else { AccessError::UnknownInstanceAndToken })
    }
}

fn matches(hash: &TokenHash, tokens: &[TokenHash]) -> Choice {
    tokens.iter().fold(Choice::from(0), |found, token| found | token.constant_time_eq(hash))
}

/// The token in the only `Authorization` header.
fn presented(headers: &HeaderMap) -> Result<String, AccessError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(AccessError::Unauthenticated("there is not exactly one Authorization header"));
    };
    let value = value.to_str().map_err(|_| AccessError::Unauthenticated("the Authorization header is not ASCII"))?;
    let (scheme, credentials) =
        value.trim().split_once(' ').ok_or(AccessError::Unauthenticated("no scheme before the token"))?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(credentials.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(AccessError::Unauthenticated("the scheme is neither Bearer nor Basic"));
    }
    let decoded = BASE64.decode(credentials).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or(AccessError::Unauthenticated("the Basic credentials are not base64"))?;
    let (_, password) =
        decoded.split_once(':').ok_or(AccessError::Unauthenticated("the Basic credentials have no colon"))?;
    Ok(password.to_owned())
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
    fn an_instance_that_keeps_its_old_version_accepts_no_new_tokens_and_no_removed_ones() {
        let mut after = access();
        let before = Access {
            tokens: [("acme".parse().expect("a name"), vec![TokenHash::of("old"), TokenHash::of("revoked")])].into(),
            admin: Vec::new(),
        };
        let acme = "acme".parse().expect("a name");
        after.retain_known_to(&before, &acme);
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
            let refused = access().admit(instance, &map).expect_err(instance);
            assert_eq!(refused.to_scim().status, status, "{instance} {headers:?}");
        }
    }

    #[test]
    fn the_operators_routes_require_admin_tokens_and_do_not_exist_without_any() {
        let open = Access { admin: vec![TokenHash::of("root")], ..access() };
        for (access, header, status) in [
            (&open, Some("Bearer root"), None),
            (&open, Some("Bearer new"), Some(401)),
            (&open, None, Some(401)),
            (&access(), Some("Bearer new"), Some(404)),
            (&access(), None, Some(404)),
        ] {
            let headers = header.map(|value| (AUTHORIZATION, HeaderValue::from_static(value))).into_iter().collect();
            let refused = access.admit_operator(&headers).err().map(|error| u16::from(error.to_scim().status));
            assert_eq!(refused, status, "{header:?}");
        }
        let mut root = HeaderMap::new();
        root.insert(AUTHORIZATION, HeaderValue::from_static("Bearer root"));
        assert_eq!(open.admit("acme", &root).expect_err("an instance").to_scim().status, 401);
    }

    #[test]
    fn an_outsider_cannot_tell_a_wrong_token_from_an_unknown_instance() {
        let map = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer wrong"))]);
        let [known, unknown] = ["acme", "nobody"].map(|name| access().admit(name, &map).expect_err(name).to_scim());
        assert_eq!(known, unknown);
    }
}
