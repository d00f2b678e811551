//! The kinds of clients, how they are detected, and what their profiles allow.

use super::leniency::Leniency;
use scim_protocol::Error;
use std::fmt;
use std::str::FromStr;

/// A kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// Follows the RFCs exactly.
    Rfc,
    /// Microsoft Entra ID with default settings.
    Entra,
    /// Microsoft Entra ID with `aadOptscim062020` on the tenant URL.
    EntraOptscim,
    /// Okta, PATCH or PUT.
    Okta,
    /// Google Workspace auto-provisioning.
    Google,
    /// authentik.
    Authentik,
    /// Programs written with the Python library scim2-models: Canaille, scim2-cli, scim2-tester.
    Scim2Models,
    /// Any other client: JumpCloud, OneLogin, an administrator with curl.
    Other,
}

/// The parts of a request that reveal its client.
#[derive(Debug, Clone, Copy)]
pub struct Hints<'a> {
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The raw query string.
    pub query: &'a str,
}

/// What a client may do and what it prefers.
#[derive(Debug)]
pub struct Profile {
    /// The client whose profile it is.
    pub client: Client,
    /// A description of the client in one sentence.
    pub about: &'static str,
    /// The leniencies that do not apply; all others do.
    refuses: &'static [Leniency],
    /// Whether a PATCH of a group is answered 204 although the resource is available: groups are large, and Entra and Okta
    /// recommend it.
    pub group_patch_without_body: bool,
    /// Whether a PATCH is always answered with the resource, even if it must be read from the app: tools that test servers
    /// expect it. RFC 7644 §3.5.2 leaves the choice to the server.
    pub patch_with_resource: bool,
    /// Whether a group without members is shown with an empty list, which says the same as none (RFC 7643 §2.5): authentik adds
    /// nobody to a group in which it sees no list.
    pub empty_members: bool,
}

/// No client has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown client profile `{0}`; write rfc, entra, entra-optscim, okta, google, authentik, scim2-models or other"
)]
pub struct UnknownClient(String);

/// Leniencies that change the meaning of requests that other clients may send, too, or hide what other clients may use. All others
/// only accept what would be refused.
const AMBIGUOUS: &[Leniency] = &[Leniency::JsonInText, Leniency::WithoutPagination];

static PROFILES: [Profile; 8] = [
    Profile {
        client: Client::Rfc,
        about: "A client that follows RFC 7643 and RFC 7644 exactly; anything else is refused. Must be configured, never detected.",
        refuses: Leniency::ALL,
        group_patch_without_body: false,
        patch_with_resource: false,
        empty_members: false,
    },
    Profile {
        client: Client::Entra,
        about: "Microsoft Entra ID, detected because it sends no User-Agent header.",
        refuses: &[Leniency::WithoutPagination],
        group_patch_without_body: true,
        patch_with_resource: false,
        empty_members: false,
    },
    Profile {
        client: Client::EntraOptscim,
        about: "Microsoft Entra ID, detected by aadOptscim062020 in its tenant URL.",
        refuses: &[Leniency::WithoutPagination],
        group_patch_without_body: true,
        patch_with_resource: false,
        empty_members: false,
    },
    Profile {
        client: Client::Okta,
        about: "Okta, with PATCH or PUT, detected by its User-Agent.",
        refuses: AMBIGUOUS,
        group_patch_without_body: true,
        patch_with_resource: false,
        empty_members: false,
    },
    Profile {
        client: Client::Google,
        about: "Google Workspace auto-provisioning, detected by its User-Agent.",
        refuses: AMBIGUOUS,
        group_patch_without_body: false,
        patch_with_resource: false,
        empty_members: false,
    },
    Profile {
        client: Client::Authentik,
        about: "authentik, detected by its User-Agent.",
        refuses: AMBIGUOUS,
        group_patch_without_body: true,
        patch_with_resource: false,
        empty_members: true,
    },
    Profile {
        client: Client::Scim2Models,
        about: "Programs written with scim2-models (Canaille, scim2-cli, scim2-tester), detected by the User-Agent of Python's httpx.",
        // It omits what is empty: a PUT without members is one of a group that has none.
        refuses: &[Leniency::JsonInText, Leniency::OmittedMembers],
        group_patch_without_body: false,
        patch_with_resource: true,
        empty_members: false,
    },
    Profile {
        client: Client::Other,
        about: "Any other client: JumpCloud, OneLogin, tools.",
        refuses: AMBIGUOUS,
        group_patch_without_body: false,
        patch_with_resource: true,
        empty_members: false,
    },
];

impl Client {
    /// Detects a client by what only it does. Entra sends no `User-Agent` at all. An unknown client most likely behaves like the
    /// large ones, so it gets the lenient profile rather than the exact one.
    #[must_use]
    pub fn detect(hints: Hints<'_>) -> Self {
        let agent = hints.user_agent.unwrap_or_default();
        if hints.has_flag() {
            Self::EntraOptscim
        } else if agent.starts_with("Okta SCIM Client") {
            Self::Okta
        } else if agent.starts_with("Google-Auto-Provisioning") {
            Self::Google
        } else if agent.starts_with("authentik@") {
            Self::Authentik
        } else if agent.starts_with("python-httpx") {
            Self::Scim2Models
        } else if agent.is_empty() {
            Self::Entra
        } else {
            Self::Other
        }
    }

    /// The configured client, refined by the request: only the request shows whether Entra's tenant URL has the flag.
    #[must_use]
    pub fn with(self, hints: Hints<'_>) -> Self {
        if self == Self::Entra && hints.has_flag() { Self::EntraOptscim } else { self }
    }

    /// The client's profile.
    #[must_use]
    pub fn profile(self) -> &'static Profile {
        let [rfc, entra, optscim, okta, google, authentik, scim2_models, other] = &PROFILES;
        match self {
            Self::Rfc => rfc,
            Self::Entra => entra,
            Self::EntraOptscim => optscim,
            Self::Okta => okta,
            Self::Google => google,
            Self::Authentik => authentik,
            Self::Scim2Models => scim2_models,
            Self::Other => other,
        }
    }

    /// The name used in configuration and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Entra => "entra",
            Self::EntraOptscim => "entra-optscim",
            Self::Okta => "okta",
            Self::Google => "google",
            Self::Authentik => "authentik",
            Self::Scim2Models => "scim2-models",
            Self::Other => "other",
        }
    }
}

impl Hints<'_> {
    fn has_flag(&self) -> bool {
        self.query.split('&').any(|pair| pair.starts_with("aadOptscim062020"))
    }
}

impl Profile {
    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &PROFILES
    }

    /// The leniency of [`scim_protocol::patch`], for what can be decided only there.
    #[must_use]
    pub fn patch(&self) -> scim_protocol::patch::Leniency {
        scim_protocol::patch::Leniency { create_missing_element: self.allows(Leniency::MissingElements) }
    }

    /// Whether the profile corrects such a deviation.
    #[must_use]
    pub fn allows(&self, leniency: Leniency) -> bool {
        !self.refuses.contains(&leniency)
    }

    /// Whether the profile corrects a deviation that was found.
    ///
    /// # Errors
    /// `refusal`, with the name of the leniency, if it does not.
    pub fn tolerate(&self, leniency: Leniency, refusal: impl FnOnce() -> Error) -> Result<(), Error> {
        if self.allows(leniency) {
            return Ok(());
        }
        let mut error = refusal();
        let client = self.client;
        error.detail.push_str(&format!(" (the client profile {client} does not have the leniency {leniency})"));
        Err(error)
    }

    /// All leniencies of the profile.
    pub fn leniencies(&self) -> impl Iterator<Item = Leniency> {
        Leniency::ALL.iter().copied().filter(|leniency| self.allows(*leniency))
    }
}

impl fmt::Display for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Client {
    type Err = UnknownClient;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        PROFILES
            .iter()
            .map(|profile| profile.client)
            .find(|client| client.name() == name)
            .ok_or_else(|| UnknownClient(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_detected_by_what_only_it_does() {
        for (user_agent, query, expected) in [
            (Some("Okta SCIM Client 1.0.0"), "", Client::Okta),
            (Some("Google-Auto-Provisioning"), "", Client::Google),
            (None, "filter=userName+eq+%22x%22", Client::Entra),
            (None, "aadOptscim062020", Client::EntraOptscim),
            (Some("curl/8"), "aadOptscim062020=&filter=x", Client::EntraOptscim),
            (Some("curl/8"), "", Client::Other),
            (Some("authentik@2026.8.1"), "", Client::Authentik),
            (Some("python-httpx/0.28.1"), "", Client::Scim2Models),
            (Some("python-requests/2.32"), "", Client::Other),
            (Some("JumpCloud"), "", Client::Other),
        ] {
            assert_eq!(Client::detect(Hints { user_agent, query }), expected, "{user_agent:?} {query}");
        }
    }

    #[test]
    fn every_client_is_named_and_has_its_own_profile() {
        for profile in &PROFILES {
            assert_eq!(profile.client.name().parse(), Ok(profile.client));
            assert_eq!(profile.client.profile().client, profile.client);
        }
        assert!("ping".parse::<Client>().is_err());
    }

    #[test]
    fn a_configured_entra_has_the_flag_that_its_tenant_url_has() {
        for (client, query, expected) in [
            (Client::Entra, "", Client::Entra),
            (Client::Entra, "aadOptscim062020", Client::EntraOptscim),
            (Client::Rfc, "aadOptscim062020", Client::Rfc),
        ] {
            assert_eq!(client.with(Hints { user_agent: None, query }), expected, "{client} {query}");
        }
    }
}
