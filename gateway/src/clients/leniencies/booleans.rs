//! `booleans-as-text`: `"active": "False"`, `roles[primary eq "True"].value`, `filter=active eq "true"`.

use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::filter::Comparison;
use scim_protocol::{Attribute, AttributeType, Error, Filter};
use serde_json::Value;

/// The boolean that a text spells.
fn spelled(value: &Value) -> Option<bool> {
    let text = value.as_str()?;
    [("true", true), ("false", false)].into_iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, is)| is)
}

/// The value of a simple attribute.
pub(in crate::clients) fn value(
    reading: &mut Reading<'_>,
    name: &str,
    attribute: &Attribute,
    value: &mut Value,
) -> Result<(), Error> {
    if let (AttributeType::Boolean, Some(boolean)) = (attribute.kind, spelled(value)) {
        let refusal = || Error::invalid_value(format!("'{name}' must be true or false without quotes, not {value}"));
        reading.tolerate(Leniency::BooleansAsText, refusal)?;
        *value = Value::Bool(boolean);
    }
    Ok(())
}

/// The literals of a filter; returns whether any was changed. `find` looks up the attribute of a comparison.
pub(in crate::clients) fn literals<'a>(
    reading: &mut Reading<'_>,
    filter: &mut Filter,
    find: &dyn Fn(&scim_protocol::Operand) -> Option<&'a Attribute>,
) -> Result<bool, Error> {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => {
            let mut changed = false;
            for filter in filters {
                changed |= literals(reading, filter, find)?;
            }
            Ok(changed)
        }
        Filter::Not(filter) => literals(reading, filter, find),
        Filter::Present(_) => Ok(false),
        Filter::Elements { path, filter } => {
            let elements = find(&scim_protocol::Operand { path: path.clone(), selector: None, sub: None });
            literals(reading, filter, &|operand| elements?.sub(&operand.path.attribute))
        }
        Filter::Compare(Comparison { path, value, .. }) => {
            let mut changed = false;
            let found = find(path);
            if let Some(selector) = &mut path.selector {
                let whole = scim_protocol::Operand { path: path.path.clone(), selector: None, sub: None };
                let elements = find(&whole);
                changed |= literals(reading, selector, &|operand| elements?.sub(&operand.path.attribute))?;
            }
            if let (Some(AttributeType::Boolean), Some(boolean)) = (found.map(|found| found.kind), spelled(value)) {
                let refusal =
                    || Error::invalid_filter(format!("'{path}' must be compared with true or false, not {value}"));
                reading.tolerate(Leniency::BooleansAsText, refusal)?;
                *value = Value::Bool(boolean);
                changed = true;
            }
            Ok(changed)
        }
    }
}
