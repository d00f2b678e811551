//! What a client's profile lets through while one of its requests is read.

use scim_protocol::{Error, ResourceType};

use super::leniency::Leniency;
use super::profile::Profile;

/// Puts right what the profile allows and refuses what it does not. What is wrong in a way that no client is known for is
/// left as it is, for protocol code to refuse.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) resource_type: &'a ResourceType,
    profile: &'static Profile,
    used: Vec<Leniency>,
    pub(super) ignored: Vec<String>,
}

impl<'a> Reading<'a> {
    /// Begins to read a request that is about resources of a type.
    #[must_use]
    pub const fn new(profile: &'static Profile, resource_type: &'a ResourceType) -> Self {
        Self { resource_type, profile, used: Vec::new(), ignored: Vec::new() }
    }

    /// What was put right, each once, and the paths of what was left out, for the operator.
    #[must_use]
    pub fn end(self) -> (Vec<Leniency>, Vec<String>) {
        (self.used, self.ignored)
    }

    pub(super) fn allows(&self, leniency: Leniency) -> bool {
        self.profile.allows(leniency)
    }

    /// Notes that the leniency was needed.
    pub(super) fn note(&mut self, leniency: Leniency) {
        if !self.used.contains(&leniency) {
            self.used.push(leniency);
        }
    }

    /// Notes a deviation that the profile allows; otherwise `refusal` is what the client is told.
    pub(super) fn tolerate(&mut self, leniency: Leniency, refusal: impl FnOnce() -> Error) -> Result<(), Error> {
        if self.allows(leniency) {
            self.note(leniency);
            return Ok(());
        }
        let mut error = refusal();
        let client = self.profile.client;
        error.detail.push_str(&format!(" (the client profile {client} has no leniency {leniency})"));
        Err(error)
    }
}
