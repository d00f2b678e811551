//! `listed-removal`: `{"op": "Remove", "path": "members", "value": [{"value": "42"}]}`.

use super::messages::{self, Op};
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Error, Object};
use serde_json::Value;

/// Accepts or refuses a list of the elements to remove. Removing all elements instead, as the RFC literally requires, would empty
/// groups; so the operation is refused if the leniency is not allowed.
pub(in crate::clients) fn listed(reading: &mut Reading<'_>, members: &mut Object, op: Option<Op>) -> Result<(), Error> {
    let is_listed = op == Some(Op::Remove) && messages::value(members).is_some_and(|value| !value.is_null());
    let Some(path) = messages::path(members).filter(|_| is_listed) else { return Ok(()) };
    let slot = reading.resource_type.parse_slot(path).ok();
    if !slot.is_some_and(|slot| slot.is_whole() && slot.is_multi_valued()) {
        return Ok(());
    }
    let refusal =
        || Error::invalid_value(format!("remove takes no 'value'; select what to remove: {path}[value eq \"…\"]"));
    // An empty list removes nothing, not everything.
    reading.tolerate(Leniency::ListedRemoval, refusal)?;
    if let Some(value @ Value::Object(_)) = messages::get_mut(members, "value") {
        *value = Value::Array(vec![value.take()]);
    }
    Ok(())
}
