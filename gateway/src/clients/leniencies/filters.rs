//! Filters, and the selectors in PATCH paths: `value-paths-in-filters`, and `booleans-as-text` in both.

use super::{booleans, messages};
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Attribute, Error, Filter, Object, Operand, ResourceType};
use serde_json::Value;

/// A search's filter.
pub(in crate::clients) fn whole(reading: &mut Reading<'_>, text: &mut String) -> Result<(), Error> {
    let mut filter = Filter::parse(text)?;
    if let Some(operand) = value_path(&filter) {
        let refusal = || {
            Error::invalid_filter(format!(
                "'{operand}': nothing may follow a value path; write the comparison inside the brackets"
            ))
        };
        reading.tolerate(Leniency::ValuePathsInFilters, refusal)?;
    }
    let resource_type = reading.resource_type;
    if booleans::literals(reading, &mut filter, &|operand| compared(resource_type, operand))? {
        *text = filter.to_string();
    }
    Ok(())
}

/// The selector in the path of a PATCH operation.
pub(in crate::clients) fn path(reading: &mut Reading<'_>, members: &mut Object) -> Result<(), Error> {
    let resource_type = reading.resource_type;
    let Some(path) = messages::path(members) else { return Ok(()) };
    let Some((attribute, rest)) = path.split_once('[') else { return Ok(()) };
    let Some((selector, sub)) = rest.rsplit_once(']') else { return Ok(()) };
    // Protocol code refuses invalid paths.
    let Ok(mut filter) = Filter::parse(selector) else { return Ok(()) };
    let Ok(elements) = resource_type.parse_path(attribute) else { return Ok(()) };
    let Some(elements) = resource_type.resolve(&elements).map(|found| found.attribute) else { return Ok(()) };
    if booleans::literals(reading, &mut filter, &|operand| elements.sub(&operand.path.attribute))? {
        let path = format!("{attribute}[{filter}]{sub}");
        if let Some(place) = messages::get_mut(members, "path") {
            *place = Value::String(path);
        }
    }
    Ok(())
}

/// The attribute that a comparison compares.
fn compared<'a>(resource_type: &'a ResourceType, operand: &Operand) -> Option<&'a Attribute> {
    let found = resource_type.resolve(&operand.path)?.attribute;
    match &operand.sub {
        Some(sub) => found.sub(sub),
        None => Some(found),
    }
}

/// The first operand that continues after its brackets.
fn value_path(filter: &Filter) -> Option<&Operand> {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => filters.iter().find_map(value_path),
        Filter::Not(filter) => value_path(filter),
        Filter::Compare(comparison) => Some(&comparison.path).filter(|operand| operand.selector.is_some()),
        Filter::Present(operand) => Some(operand).filter(|operand| operand.selector.is_some()),
        Filter::Elements { .. } => None,
    }
}
