//! The person who signed in: their address, which becomes the account, and their groups.
//!
//! Threat: a provider sends an `email` that its user merely typed. So an address that the provider marks as unverified is refused,
//! and so is one outside the configured domains.

use super::claims::Claims;
use crate::config::{EmailClaim, Jit};
use serde_json::Value;

/// The longest address (RFC 5321 §4.5.3.1.3, less the angle brackets).
const LONGEST_EMAIL: usize = 254;
/// Entra puts at most 200 groups into a token.
const MAX_GROUPS: usize = 200;
const MAX_GROUP_BYTES: usize = 256;

/// What an ID token says about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// The e-mail address as the provider sent it.
    pub(super) email: String,
    /// Empty if groups are disabled.
    pub(super) groups: Vec<String>,
}

/// Why the person gets no account. The texts contain no address, because they are logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PersonError {
    /// The claim is not in the token.
    #[error("the ID token has no {0} claim; check the scopes and the provider's claims")]
    Missing(EmailClaim),
    /// `email_verified` is false.
    #[error("the provider says that the e-mail address is not verified")]
    NotVerified,
    /// Not an address.
    #[error("the `{0}` claim is not an e-mail address")]
    Malformed(EmailClaim),
    /// Not one of `email-domains`.
    #[error("the e-mail address is not in one of the domains of email-domains")]
    Domain,
    /// `groups` is not a list of strings.
    #[error("the `groups` claim is not a list of at most 200 ids or names")]
    Groups,
}

impl Person {
    /// Reads the verified claims as configured for the instance.
    pub(super) fn of(claims: &Claims, settings: &Jit) -> Result<Self, PersonError> {
        let claim = settings.email_claim;
        let email = match claim {
            EmailClaim::Email => claims.email().map(|email| email.as_str()),
            EmailClaim::PreferredUsername => claims.preferred_username().map(|name| name.as_str()),
            EmailClaim::Upn => claims.additional_claims().upn.as_deref(),
        };
        let email = email.ok_or(PersonError::Missing(claim))?;
        if claim == EmailClaim::Email && claims.email_verified() == Some(false) {
            return Err(PersonError::NotVerified);
        }
        let domain = domain(email).ok_or(PersonError::Malformed(claim))?;
        let accepted = settings.email_domains.iter().any(|accepted| accepted.as_str().eq_ignore_ascii_case(domain));
        if !accepted && !settings.email_domains.is_empty() {
            return Err(PersonError::Domain);
        }
        let groups = if settings.groups { groups(claims)? } else { Vec::new() };
        Ok(Self { email: email.to_owned(), groups })
    }
}

/// The domain of a plain address. An Entra guest's `name_example.com#EXT#@tenant` is a name inside the tenant, not an address.
fn domain(email: &str) -> Option<&str> {
    let (local, domain) = email.split_once('@')?;
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '@' | '"' | '<' | '>' | ',' | ';' | ':' | '(' | ')' | '\\')
    };
    let guest = local.to_ascii_uppercase().ends_with("#EXT#");
    let labels = domain.split('.').all(|label| !label.is_empty());
    let plain = !local.is_empty() && labels && !guest && email.len() <= LONGEST_EMAIL;
    (plain && !local.contains(odd) && !domain.contains(odd)).then_some(domain)
}

fn groups(claims: &Claims) -> Result<Vec<String>, PersonError> {
    let claims = claims.additional_claims();
    let Some(groups) = &claims.groups else {
        if claims.elsewhere.as_ref().is_some_and(|names| names.get("groups").is_some()) {
            let hint = "configure the provider to send only the groups that are assigned to the application";
            tracing::warn!(target: "scim_gateway::jit", hint, "too many groups for an ID token: the account gets none");
        }
        return Ok(Vec::new());
    };
    let Value::Array(groups) = groups else { return Err(PersonError::Groups) };
    let texts: Option<Vec<String>> = groups
        .iter()
        .map(|group| group.as_str().filter(|group| (1..=MAX_GROUP_BYTES).contains(&group.len())).map(str::to_owned))
        .collect();
    texts.filter(|texts| texts.len() <= MAX_GROUPS).ok_or(PersonError::Groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_sign_and_nothing_that_ends_or_hides_it() {
        for (email, expected) in [
            ("ada@example.com", Some("example.com")),
            ("ada+x.y'z@mail.example.com", Some("mail.example.com")),
            ("ада@example.com", Some("example.com")),
            ("ada_gmail.com#EXT#@acme.onmicrosoft.com", None),
            ("ada_gmail.com#ext#@acme.onmicrosoft.com", None),
            ("ada@evil.example@example.com", None),
            ("ada@example.com\n", None),
            ("ada@example.com,eve@example.com", None),
            ("\"a b\"@example.com", None),
            ("ada@", None),
            ("@example.com", None),
            ("ada@example..com", None),
            ("ada", None),
            ("", None),
        ] {
            assert_eq!(domain(email), expected, "{email}");
        }
        assert_eq!(domain(&format!("{}@example.com", "a".repeat(250))), None);
    }
}
