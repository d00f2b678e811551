//! `empty-references`: a manager with the id `""` means no manager.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Attribute, Error};
use serde_json::Value;

/// A whole reference.
pub(in crate::clients) fn whole(
    reading: &mut Reading<'_>,
    name: &str,
    attribute: &Attribute,
    value: &mut Value,
) -> Result<(), Error> {
    let is_empty = match &mut *value {
        Value::Object(object) => {
            attribute.refers() && messages::get_mut(object, "value").is_some_and(|value| value.as_str() == Some(""))
        }
        other => other.as_str() == Some(""),
    };
    if is_empty && !attribute.multi_valued { clear(reading, name, value) } else { Ok(()) }
}

/// The `value` of a single-valued reference.
pub(in crate::clients) fn value(
    reading: &mut Reading<'_>,
    name: &str,
    attribute: &Attribute,
    value: &mut Value,
) -> Result<(), Error> {
    if attribute.refers() && value.as_str() == Some("") { clear(reading, name, value) } else { Ok(()) }
}

fn clear(reading: &mut Reading<'_>, name: &str, value: &mut Value) -> Result<(), Error> {
    let refusal = || Error::invalid_value(format!("'{name}' is empty; send null to remove the value"));
    reading.tolerate(Leniency::EmptyReferences, refusal)?;
    *value = Value::Null;
    Ok(())
}
