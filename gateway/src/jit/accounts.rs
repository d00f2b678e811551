//! What the sign-in needs from provisioning.

use crate::admission::Busy;

/// Creates accounts in an instance's app.
///
/// The sign-in calls it with an address that the identity provider has verified, and nothing else: an implementation creates
/// accounts and never updates them, and must handle two simultaneous calls for the same address (two tabs) by returning
/// [`Created::Existed`] to the second.
pub trait Accounts: Send + Sync + 'static {
    /// Looks up `userName eq email` and, if there is no such account, creates one with `email` as its only attribute. `groups` are
    /// the ids or names from the provider, empty if groups are disabled. The groups of an existing account are not changed, unless a
    /// sign-in created it and could not finish: then the account joins its groups now.
    ///
    /// # Errors
    /// [`AccountError`]; no account was created, or it is unknown whether one was.
    fn create_if_absent(
        &self,
        email: &str,
        groups: &[String],
        correlation: &str,
    ) -> impl Future<Output = Result<Created, AccountError>> + Send;
}

/// Whether the account is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It is new.
    Created,
    /// An earlier sign-in created it, and this one added the groups that were missing.
    Completed,
    /// It existed already and is unchanged.
    Existed,
}

/// Why there is no account. The texts are for the operator; the person who signs in is told only which of the two it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The app refuses it: no licence left, an unknown domain, an address that is in use elsewhere.
    #[error("the app refused the account: {0}")]
    Refused(String),
    /// The app, the connector or the store is unavailable; the same sign-in may work later.
    #[error("the account could not be created now: {0}")]
    Unavailable(String),
}

impl From<Busy> for AccountError {
    fn from(busy: Busy) -> Self {
        Self::Unavailable(busy.to_string())
    }
}
