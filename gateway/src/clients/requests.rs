//! Turns a client's request into exact SCIM, leniency by leniency.

use super::leniencies::{elements, filters, keys, messages, nested, removal, schemas, unsupported, values};
use super::reading::Reading;
use scim_protocol::Error;
use serde_json::Value;

impl Reading<'_> {
    /// Reads the body of a POST or PUT.
    ///
    /// # Errors
    /// 400, naming the attribute, for a deviation that the profile does not allow.
    pub fn resource(&mut self, body: &mut Value) -> Result<(), Error> {
        let Value::Object(resource) = body else { return Ok(()) };
        schemas::resource(self, resource)?;
        values::resource(self, resource)
    }

    /// Reads a PATCH message.
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

    /// Reads a filter.
    ///
    /// # Errors
    /// 400 `invalidFilter` for an invalid filter, and for a deviation that the profile does not allow.
    pub fn filter(&mut self, text: &mut String) -> Result<(), Error> {
        filters::whole(self, text)
    }

    fn operation(&mut self, mut operation: Value, read: &mut Vec<Value>) -> Result<(), Error> {
        if let Value::Object(members) = &mut operation {
            let op = messages::operation(self, members)?;
            if messages::path(members).is_some() {
                filters::path(self, members)?;
                unsupported::path(self, members)?;
                nested::value(self, members)?;
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
}
