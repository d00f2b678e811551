//! Verifies an ID token (OpenID Connect Core §3.1.3.7).
//!
//! `openidconnect` checks signature, issuer, audience, expiry and nonce. It is configured to accept only asymmetric algorithms: with
//! `none` or an HMAC, anybody who knows the public keys could sign. A token for several audiences is refused, because any of
//! them could pass it on. What the library does not check is checked here: `azp`, `iat` and `nbf`.

use super::claims::{Claims, IdToken};
use super::clock::age;
use super::provider::{Discovered, sanitized};
use openidconnect::core::CoreJwsSigningAlgorithm as Algorithm;
use openidconnect::{ClaimsVerificationError, ClientId, IdTokenVerifier, Nonce, SignatureVerificationError};
use std::time::{Duration, SystemTime};

/// How much the clocks of gateway and provider may differ.
const SKEW: Duration = Duration::from_secs(300);
/// Entra backdates its tokens by five minutes.
const BACKDATED: Duration = Duration::from_secs(300);

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// What a token must match.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a Nonce,
    /// When the sign-in started.
    pub(super) began: SystemTime,
    pub(super) now: SystemTime,
}

/// Why a token is not accepted; for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    /// Signed with an unknown key: the provider may have new ones.
    #[error("the ID token is signed with a key that the provider does not publish")]
    UnknownKey,
    /// Forged, expired or issued for another audience.
    #[error("the ID token is not valid: {0}")]
    Invalid(String),
    /// Issued to another party.
    #[error("the ID token was issued to another party (azp)")]
    AuthorizedParty,
    /// Issued too far in the future, or before the sign-in.
    #[error("the ID token was not issued during this sign-in (iat); compare the clocks")]
    IssuedAt,
    /// Not valid yet.
    #[error("the ID token is not valid yet (nbf); compare the clocks")]
    NotBefore,
}

/// Verifies a token and returns its claims.
pub(super) fn verify<'t>(
    token: &'t IdToken,
    provider: &Discovered,
    expected: &Expected<'_>,
) -> Result<&'t Claims, TokenError> {
    let (metadata, now) = (&provider.metadata, expected.now);
    let client_id = ClientId::new(expected.client_id.to_owned());
    // A public client's verifier knows no secret and therefore no HMAC.
    let verifier = IdTokenVerifier::new_public_client(client_id, metadata.issuer().clone(), metadata.jwks().clone())
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now.into());
    let claims = token.claims(&verifier, expected.nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            TokenError::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(error) => TokenError::Invalid(sanitized(&error.to_string())),
        error => TokenError::Invalid(sanitized(&error.to_string())),
    })?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != expected.client_id) {
        return Err(TokenError::AuthorizedParty);
    }
    let issued = SystemTime::from(claims.issue_time());
    if issued > now + SKEW || issued + SKEW + BACKDATED < expected.began {
        return Err(TokenError::IssuedAt);
    }
    let seconds = age(SystemTime::UNIX_EPOCH, now + SKEW).as_secs_f64();
    if claims.additional_claims().nbf.is_some_and(|not_before| not_before > seconds) {
        return Err(TokenError::NotBefore);
    }
    Ok(claims)
}
