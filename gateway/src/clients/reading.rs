//! Applies a client's profile to one of its requests.

use super::leniency::Leniency;
use super::profile::Profile;
use scim_protocol::{Error, ResourceType};

/// Corrects the deviations that the profile allows and refuses the others. Mistakes that are not known of any client are left for
/// protocol code to refuse.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) resource_type: &'a ResourceType,
    profile: &'static Profile,
    used: Vec<Leniency>,
    pub(super) ignored: Vec<String>,
}

impl<'a> Reading<'a> {
    /// Starts reading a request for resources of a type.
    #[must_use]
    pub const fn new(profile: &'static Profile, resource_type: &'a ResourceType) -> Self {
        Self { resource_type, profile, used: Vec::new(), ignored: Vec::new() }
    }

    /// The leniencies that were needed, each once, and the paths that were ignored, for the operator.
    #[must_use]
    pub fn end(self) -> (Vec<Leniency>, Vec<String>) {
        (self.used, self.ignored)
    }

    pub(super) fn allows(&self, leniency: Leniency) -> bool {
        self.profile.allows(leniency)
    }

    /// Notes that a leniency was needed.
    pub(super) fn note(&mut self, leniency: Leniency) {
        if !self.used.contains(&leniency) {
            self.used.push(leniency);
        }
    }

    /// Notes a deviation if the profile allows it; otherwise returns `refusal`, with the name of the leniency.
    pub(super) fn tolerate(&mut self, leniency: Leniency, refusal: impl FnOnce() -> Error) -> Result<(), Error> {
        self.profile.tolerate(leniency, refusal)?;
        self.note(leniency);
        Ok(())
    }
}
