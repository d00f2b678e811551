//! What signing in asks of provisioning.

/// Creates accounts in an instance's app.
///
/// Signing in calls it with an address that the identity provider vouches for, and nothing else: an implementation creates and
/// never updates, and must bear the same call twice at once (two tabs), answering [`Created::Existed`] to the second.
pub trait Accounts: Send + Sync + 'static {
    /// Looks up `userName eq email` and creates the account, with `email` as its only attribute, if there is none. `groups` are the
    /// ids or names that the provider gave, empty where groups are switched off; an existing account's groups stay as they are.
    ///
    /// # Errors
    /// [`AccountError`]; no account was made, or it is not known whether one was.
    fn create_if_absent(
        &self,
        email: &str,
        groups: &[String],
        correlation: &str,
    ) -> impl Future<Output = Result<Created, AccountError>> + Send;
}

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It is new.
    Created,
    /// It was there already and is as it was.
    Existed,
}

/// Why there is no account. The texts are the operator's; the person who signs in is told only which of the two it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The app will not have it: no licence left, a domain that it does not know, an address that is taken elsewhere.
    #[error("the app refused the account: {0}")]
    Refused(String),
    /// The app, the connector or the store cannot answer now; the same sign-in may work later.
    #[error("the account could not be created now: {0}")]
    Unavailable(String),
}
