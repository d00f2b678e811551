//! A sign-in that did not end in an account: what the operator reads in the log, and what the person is told.

use http::StatusCode;

use super::accounts::AccountError;
use super::error_page::Page;
use super::id_token::TokenError;
use super::person::PersonError;
use super::provider::ProviderError;

/// Why a sign-in failed; the texts are the operator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignInError {
    /// No such instance, or one without `[instances.<name>.jit]`; outsiders are not told which.
    #[error("nobody signs in at this instance")]
    NotServed,
    /// Not what a provider sends.
    #[error("the call-back lacks a state, or has not exactly one of code and error")]
    NoCallback,
    /// Expired, used before, or never begun here.
    #[error("the state is unknown, expired or used")]
    UnknownState,
    /// The cookie is not there, or another sign-in's.
    #[error("the browser is not the one in which the sign-in began")]
    OtherBrowser,
    /// The answer names another issuer (RFC 9207).
    #[error("the call-back is of another issuer")]
    OtherIssuer,
    /// The provider let nobody in.
    #[error("the provider gave no code: {code}: {description}")]
    Denied {
        /// The provider's word.
        code: String,
        /// The provider's sentence.
        description: String,
    },
    /// The provider is of no use.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The token proves nothing.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token is good and its bearer is not to have an account.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The app has no account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// An address that no header can carry.
    #[error("an address cannot be put into a header")]
    Address,
}

impl SignInError {
    /// What the person sees: nothing of the request, and nothing that helps an attacker tell the causes of a refused token apart.
    pub(super) fn page(&self) -> ErrorPage {
        let (status, title, advice, again) = match self {
            Self::NotServed => (
                StatusCode::NOT_FOUND,
                "There is no sign-in here",
                "Check the address, or ask your administrator for the right one.",
                false,
            ),
            Self::NoCallback | Self::UnknownState => (
                StatusCode::BAD_REQUEST,
                "This sign-in has ended",
                "It took longer than ten minutes, or this page was opened a second time. Start again.",
                true,
            ),
            Self::OtherBrowser => (
                StatusCode::BAD_REQUEST,
                "This sign-in began elsewhere",
                "Start again in this browser, with cookies allowed, and do not use a link that somebody sent you.",
                true,
            ),
            Self::Denied { .. } => (
                StatusCode::FORBIDDEN,
                "You were not signed in",
                "Your organisation's sign-in was cancelled or refused. Start again; if it is refused again, ask your administrator \
                 whether you are assigned to this application.",
                true,
            ),
            Self::OtherIssuer | Self::Provider(_) | Self::Token(_) | Self::Address => (
                StatusCode::BAD_GATEWAY,
                "Your organisation's sign-in could not be completed",
                "Start again in a few minutes. If it keeps failing, give the number below to your administrator.",
                true,
            ),
            Self::Person(PersonError::Missing(_) | PersonError::Malformed(_) | PersonError::Groups) => (
                StatusCode::FORBIDDEN,
                "Your organisation sent no usable e-mail address or groups",
                "Your administrator has to change what the sign-in sends; give them the number below.",
                false,
            ),
            Self::Person(PersonError::NotVerified) => (
                StatusCode::FORBIDDEN,
                "Your e-mail address is not verified",
                "Verify it with your organisation's sign-in, then start again.",
                true,
            ),
            Self::Person(PersonError::Domain) => (
                StatusCode::FORBIDDEN,
                "Your e-mail address has no access to this application",
                "Sign in with an address of your organisation, or ask your administrator.",
                true,
            ),
            Self::Account(AccountError::Refused(_)) => (
                StatusCode::FORBIDDEN,
                "The application refused your account",
                "There may be no licence left, or your address may be in use. Give the number below to your administrator.",
                false,
            ),
            Self::Account(AccountError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The application does not answer",
                "You are signed in, but your account could not be created. Start again in a few minutes.",
                true,
            ),
        };
        ErrorPage { status, title, advice, again }
    }
}
