//! Why a sign-in failed: what the log tells the operator, and what the page tells the person.

use super::accounts::AccountError;
use super::error_page::ErrorPage;
use super::gate::GateError;
use super::id_token::TokenError;
use super::person::PersonError;
use super::provider::ProviderError;
use http::StatusCode;

/// Why a sign-in failed; the texts are for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignInError {
    /// No such instance, or one without `[instances.<name>.jit]`; outsiders cannot distinguish the two.
    #[error("this instance has no sign-in")]
    NotServed,
    /// Too many browsers, or too many refused codes.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Not a provider's response.
    #[error("the callback has no state, or does not have exactly one of code and error")]
    InvalidCallback,
    /// Expired, already used, or never started here.
    #[error("the state is unknown, expired or already used")]
    UnknownState,
    /// The cookie is missing, or belongs to another sign-in.
    #[error("the browser is not the one in which the sign-in started")]
    OtherBrowser,
    /// The response names another issuer (RFC 9207).
    #[error("the callback comes from another issuer")]
    OtherIssuer,
    /// The provider refused the sign-in.
    #[error("the provider issued no code: {code}: {description}")]
    Denied {
        /// The provider's error code.
        code: String,
        /// The provider's description.
        description: String,
    },
    /// The provider cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The token is not valid.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token is valid, but the person may not have an account.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The account could not be created.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A URL that cannot be sent in a header.
    #[error("a URL cannot be sent in a header")]
    UnsendableUrl,
}

impl SignInError {
    /// What the person sees: nothing from the request, and nothing that would help an attacker to distinguish the causes of a refused
    /// token.
    pub(super) fn page(&self) -> ErrorPage {
        let (status, title, advice, again) = match self {
            Self::NotServed => (
                StatusCode::NOT_FOUND,
                "There is no sign-in here",
                "Check the address, or ask your administrator for the correct one.",
                false,
            ),
            Self::Gate(GateError::Crowded) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Many people are signing in",
                "Wait a few seconds, then open this page again.",
                false,
            ),
            Self::Gate(GateError::Started(_) | GateError::Refused(_)) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many sign-ins came from your network",
                "Wait a minute, then open this page again.",
                false,
            ),
            Self::InvalidCallback | Self::UnknownState => (
                StatusCode::BAD_REQUEST,
                "This sign-in has ended",
                "It took longer than ten minutes, or this page was opened twice. Start again.",
                true,
            ),
            Self::OtherBrowser => (
                StatusCode::BAD_REQUEST,
                "This sign-in started elsewhere",
                "Start again in this browser, with cookies enabled, and do not use a link that somebody sent you.",
                true,
            ),
            Self::Denied { .. } => (
                StatusCode::FORBIDDEN,
                "You were not signed in",
                "Your organisation's sign-in was cancelled or refused. Start again; if it is refused again, ask your administrator \
                 whether you are assigned to this application.",
                true,
            ),
            Self::OtherIssuer | Self::Provider(_) | Self::Token(_) | Self::UnsendableUrl => (
                StatusCode::BAD_GATEWAY,
                "Your organisation's sign-in could not be completed",
                "Start again in a few minutes. If it keeps failing, give the reference below to your administrator.",
                true,
            ),
            Self::Person(PersonError::Missing(_) | PersonError::Malformed(_) | PersonError::Groups) => (
                StatusCode::FORBIDDEN,
                "Your organisation sent no usable e-mail address or groups",
                "Your administrator has to change what the sign-in sends; give them the reference below.",
                false,
            ),
            Self::Person(PersonError::NotVerified) => (
                StatusCode::FORBIDDEN,
                "Your e-mail address is not verified",
                "Verify it at your organisation's sign-in, then start again.",
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
                "There may be no licence left, or your address may be in use. Give the reference below to your administrator.",
                false,
            ),
            Self::Account(AccountError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The application is not available",
                "You are signed in, but your account could not be created. Start again in a few minutes.",
                true,
            ),
        };
        let wait = if let Self::Gate(error) = self { Some(error.wait()) } else { None };
        ErrorPage { status, title, advice, again, wait }
    }
}
