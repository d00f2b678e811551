//! Which client is speaking, and what its profile allows.

use super::Leniency;
use std::fmt;
use std::str::FromStr;

/// A kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// Says what the RFCs say.
    Rfc,
    /// Microsoft Entra ID as it is by default.
    Entra,
    /// Microsoft Entra ID with `aadOptscim062020` on the tenant URL.
    EntraOptscim,
    /// Okta, PATCH or PUT.
    Okta,
    /// Google Workspace auto-provisioning.
    Google,
}

/// What a request tells about its sender.
#[derive(Debug, Clone, Copy)]
pub struct Hints<'a> {
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The raw query string.
    pub query: &'a str,
}

/// What a client is allowed and what it prefers.
#[derive(Debug)]
pub struct Profile {
    /// Whose profile it is.
    pub client: Client,
    /// What is put right before protocol code sees a request.
    pub leniencies: &'static [Leniency],
    /// Whether a PATCH of a group is best answered with 204 although the resource is at hand: groups are large,
    /// and Entra and Okta ask for it.
    pub group_patch_without_body: bool,
}

/// A client name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no client profile; known are auto, rfc, entra, entra-optscim, okta and google")]
pub struct UnknownClient(String);

const LENIENT: &[Leniency] = &[Leniency::ValueShapes, Leniency::CreateMissingElement];

static PROFILES: [Profile; 5] = [
    Profile { client: Client::Rfc, leniencies: &[], group_patch_without_body: false },
    Profile { client: Client::Entra, leniencies: LENIENT, group_patch_without_body: true },
    Profile { client: Client::EntraOptscim, leniencies: LENIENT, group_patch_without_body: true },
    Profile { client: Client::Okta, leniencies: LENIENT, group_patch_without_body: true },
    Profile { client: Client::Google, leniencies: LENIENT, group_patch_without_body: false },
];

impl Client {
    /// Recognises a client by what only it does. Entra sends no `User-Agent` at all.
    #[must_use]
    pub fn recognise(hints: Hints<'_>) -> Self {
        let agent = hints.user_agent.unwrap_or_default();
        if hints.query.split('&').any(|pair| pair.starts_with("aadOptscim062020")) {
            Self::EntraOptscim
        } else if agent.starts_with("Okta SCIM Client") {
            Self::Okta
        } else if agent.starts_with("Google-Auto-Provisioning") {
            Self::Google
        } else if agent.is_empty() {
            Self::Entra
        } else {
            Self::Rfc
        }
    }

    /// The client's profile.
    #[must_use]
    pub fn profile(self) -> &'static Profile {
        let [rfc, entra, optscim, okta, google] = &PROFILES;
        match self {
            Self::Rfc => rfc,
            Self::Entra => entra,
            Self::EntraOptscim => optscim,
            Self::Okta => okta,
            Self::Google => google,
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
        }
    }
}

impl Profile {
    /// Whether the profile lists `leniency`.
    #[must_use]
    pub fn allows(&self, leniency: Leniency) -> bool {
        self.leniencies.contains(&leniency)
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
    fn a_client_is_recognised_by_what_only_it_does() {
        for (user_agent, query, expected) in [
            (Some("Okta SCIM Client 1.0.0"), "", Client::Okta),
            (Some("Google-Auto-Provisioning"), "", Client::Google),
            (None, "filter=userName+eq+%22x%22", Client::Entra),
            (None, "aadOptscim062020", Client::EntraOptscim),
            (Some("curl/8"), "aadOptscim062020=&filter=x", Client::EntraOptscim),
            (Some("curl/8"), "", Client::Rfc),
        ] {
            assert_eq!(Client::recognise(Hints { user_agent, query }), expected, "{user_agent:?} {query}");
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
}
