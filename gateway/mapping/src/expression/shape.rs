//! Resolves the paths of an expression in a resource type's schemas.

use super::input::Input;
use crate::nearest::hint;
use scim_protocol::ResourceType;
use scim_protocol::schema::{Attribute, AttributeType};

/// What is known about the value of a part of an expression.
#[derive(Clone, Copy)]
pub(super) enum Shape<'s> {
    One(&'s Attribute),
    Many(&'s Attribute),
    Any,
}

/// Resolves a path to an input, its shape, and the number of steps that belong to the input.
pub(super) fn attribute_path<'s>(
    resource_type: &'s ResourceType,
    root: &str,
    steps: &[String],
) -> Result<(Input, Shape<'s>, usize), String> {
    let mut rest = steps.iter();
    let (schema, name) = match root {
        "extension" => match (rest.next(), rest.next()) {
            (Some(urn), Some(name)) => (Some(urn.as_str()), name.as_str()),
            _ => return Err("write an extension's attribute as `extension[\"urn:…\"].name`".to_owned()),
        },
        name => (None, name),
    };
    let names = match schema {
        None => resource_type.schema.attributes.as_slice(),
        Some(urn) => {
            let extensions = || resource_type.extensions.iter().map(|extension| extension.schema.id.as_str());
            let known: Vec<_> = extensions().collect();
            match resource_type.extensions.iter().find(|extension| extension.schema.id == urn) {
                Some(extension) => extension.schema.attributes.as_slice(),
                None => return Err(format!("unknown extension `{urn}`{}", hint(urn, known))),
            }
        }
    };
    let mut text = schema.map_or_else(|| name.to_owned(), |urn| format!("{urn}:{name}"));
    let slot = resource_type.parse_slot(&text).ok().filter(|slot| slot.to_string() == text);
    let attribute = slot.as_ref().and_then(|slot| resource_type.resolve(&slot.path)).map(|found| found.attribute);
    let (Some(mut slot), Some(mut attribute)) = (slot, attribute) else {
        let known = names.iter().map(|attribute| attribute.name.as_str());
        return Err(format!("unknown attribute `{name}`{}", hint(name, known)));
    };
    if attribute.multi_valued {
        return Ok((Input::Slot(Box::new(slot)), Shape::Many(attribute), steps.len() - rest.len()));
    }
    if let (AttributeType::Complex, Some(sub)) = (attribute.kind, rest.as_slice().first()) {
        attribute = exactly(attribute, sub)?;
        text = format!("{text}.{sub}");
        slot = resource_type.parse_slot(&text).map_err(|error| error.detail)?;
        rest.next();
    }
    Ok((Input::Slot(Box::new(slot)), Shape::One(attribute), steps.len() - rest.len()))
}

/// The sub-attribute with exactly this name.
pub(super) fn exactly<'s>(attribute: &'s Attribute, name: &str) -> Result<&'s Attribute, String> {
    attribute.sub_attributes.iter().find(|sub| sub.name == name).ok_or_else(|| {
        let known = attribute.sub_attributes.iter().map(|sub| sub.name.as_str());
        format!("`{}` has no sub-attribute `{name}`{}", attribute.name, hint(name, known))
    })
}
