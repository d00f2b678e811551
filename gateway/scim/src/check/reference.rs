//! Whether a reference names a resource of a type that it may refer to, as `referenceTypes` of its `$ref` says (RFC 7643 §7).

use super::place::Place;
use crate::error::Error;
use crate::path::AttributePath;
use crate::schema::Attribute;
use serde_json::Value;

/// The endpoints that RFC 7644 §3.2 fixes, and their types.
const ENDPOINTS: [(&str, &str); 2] = [("Users", "User"), ("Groups", "Group")];

/// Checks each reference of a whole attribute.
pub(crate) fn referred_types(path: &AttributePath, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    let place = Place { schema: path.schema.as_deref(), attribute: &path.attribute, sub: None };
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| referred_type(place, attribute, item)),
        single => referred_type(place, attribute, single),
    }
}

/// Refuses a reference whose `type` or `$ref` names a type of resource that the attribute cannot refer to: a group as a member
/// where members are users. Passing on the id alone would mean another resource that happens to have that id.
pub(crate) fn referred_type(place: Place<'_>, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    let Some(types) = attribute.sub("$ref").map(|uri| &uri.reference_types) else { return Ok(()) };
    // `external` and `uri` are no types of resource.
    if types.is_empty() || types.iter().any(|name| name == "external" || name == "uri") {
        return Ok(());
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    for (name, found) in [("type", text("type")), ("$ref", text("$ref").and_then(type_of_uri))] {
        if let Some(found) = found
            && !types.iter().any(|name| name.eq_ignore_ascii_case(found))
        {
            let place = Place { sub: Some(name), ..place };
            let found: String = found.chars().take(40).collect();
            return Err(Error::invalid_value(format!(
                "'{place}' names a resource of type {found}, and only {} is possible here",
                types.join(" or ")
            )));
        }
    }
    Ok(())
}

/// The type of the resource with a URI such as `https://scim.example/v2/Groups/42`, as far as its endpoint tells.
fn type_of_uri(uri: &str) -> Option<&'static str> {
    let endpoint = uri.trim_end_matches('/').rsplit('/').nth(1)?;
    ENDPOINTS.into_iter().find(|(name, _)| endpoint == *name).map(|(_, kind)| kind)
}
