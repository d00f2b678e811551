//! One request, read by its client's profile.

use scim_protocol::{Error, ResourceType};
use serde_json::Value;

use super::leniencies::{elements, filters, keys, messages, removal, schemas, unsupported, values};
use super::{Leniency, Profile};

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

    /// The body of a POST or PUT.
    ///
    /// # Errors
    /// 400 that names the attribute, for a deviation that the profile does not allow.
    pub fn resource(&mut self, body: &mut Value) -> Result<(), Error> {
        let Value::Object(resource) = body else { return Ok(()) };
        schemas::resource(self, resource)?;
        values::resource(self, resource)
    }

    /// A PATCH message.
    ///
    /// # Errors
    /// As [`Self::resource`], with the operation's number.
    pub fn patch(&mut self, body: &mut Value) -> Result<(), Error> {
        let Value::Object(message) = body else { return Ok(()) };
        schemas::patch(self, message)?;
        let Some(Value::Array(operations)) = messages::get_mut(message, "Operations") else { return Ok(()) };
        let mut read = Vec::with_capacity(operations.len());
        for (index, operation) in operations.drain(..).enumerate() {
            let outcome = self.operation(operation, &mut read);
            outcome.map_err(|error| error.within(format_args!("operation {}", index + 1)))?;
        }
        *operations = read;
        Ok(())
    }

    /// The text of a filter.
    ///
    /// # Errors
    /// 400 `invalidFilter` for what is no filter, and for a deviation that the profile does not allow.
    pub fn filter(&mut self, text: &mut String) -> Result<(), Error> {
        filters::whole(self, text)
    }

    /// What was put right, each once, and the paths of what was left out, for the operator.
    #[must_use]
    pub fn end(self) -> (Vec<Leniency>, Vec<String>) {
        (self.used, self.ignored)
    }

    fn operation(&mut self, mut operation: Value, read: &mut Vec<Value>) -> Result<(), Error> {
        if let Value::Object(members) = &mut operation {
            let op = messages::operation(self, members)?;
            if messages::path(members).is_some() {
                filters::path(self, members)?;
                unsupported::path(self, members)?;
                removal::listed(self, members, op)?;
                elements::missing(self, members, op);
            } else {
                keys::read_only(self, members)?;
                let split = keys::dotted(self, members)?;
                if !split.is_empty() {
                    if messages::value(members).and_then(Value::as_object).is_some_and(|rest| !rest.is_empty()) {
                        self.operation(operation, read)?;
                    }
                    return split.into_iter().try_for_each(|operation| self.operation(operation, read));
                }
            }
            values::operation(self, members, op)?;
        }
        read.push(operation);
        Ok(())
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
