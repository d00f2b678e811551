//! `empty-references`: a manager with the id `""` means no manager. `ids-for-values`: `id` in place of `value`.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Attribute, Error};
use serde_json::Value;

/// A reference that has an `id` and no `value`. Nothing else in it can mean the resource that is referred to.
pub(in crate::clients) fn id_for_value(
    reading: &mut Reading<'_>,
    name: &str,
    attribute: &Attribute,
    reference: &mut Value,
) -> Result<(), Error> {
    let (Some(sub), Value::Object(object)) = (attribute.sub("value").filter(|_| attribute.refers()), reference) else {
        return Ok(());
    };
    if attribute.sub("id").is_some() || messages::get_mut(object, &sub.name).is_some_and(|value| !value.is_null()) {
        return Ok(());
    }
    let Some(key) = object.keys().find(|key| key.eq_ignore_ascii_case("id")).cloned() else { return Ok(()) };
    if !object.get(&key).is_some_and(Value::is_string) {
        return Ok(());
    }
    let refusal = || Error::invalid_value(format!("'{name}' refers to a resource by 'value', not by '{key}'"));
    reading.tolerate(Leniency::IdsForValues, refusal)?;
    if let Some(id) = object.remove(&key) {
        object.retain(|key, _| !key.eq_ignore_ascii_case(&sub.name));
        object.insert(sub.name.clone(), id);
    }
    Ok(())
}

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
