//! `unsupported-attributes`: a PATCH path to an attribute that RFC 7643 defines and the app does not support.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Error, Object};

/// Accepts or refuses such a path; protocol code ignores and reports it.
pub(in crate::clients) fn path(reading: &mut Reading<'_>, members: &Object) -> Result<(), Error> {
    let resource_type = reading.resource_type;
    let Some(path) = messages::path(members) else { return Ok(()) };
    if resource_type.extension(path).is_some() || resource_type.parse_slot(path).is_ok() {
        return Ok(());
    }
    let (attribute, sub) = match path.split_once('[') {
        Some((attribute, rest)) => (attribute, rest.rsplit_once("].").map(|(_, sub)| sub)),
        None => (path, None),
    };
    let Ok(attribute) = resource_type.parse_path(attribute) else { return Ok(()) };
    let standard = resource_type.standard(&attribute);
    let sub = sub.or(attribute.sub.as_deref());
    if standard.is_some_and(|standard| sub.is_none_or(|sub| standard.sub(sub).is_some())) {
        let refusal = || Error::invalid_path(format!("{} has no attribute '{path}'", resource_type.name));
        reading.tolerate(Leniency::UnsupportedAttributes, refusal)?;
    }
    Ok(())
}
