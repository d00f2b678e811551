//! The place in a resource that a PATCH path or a mapping rule points at: an attribute, a sub-attribute, or a
//! sub-attribute of the elements that a selector picks (RFC 7644 §3.5.2, `PATH`).
//!
//! A slot is made by [`crate::ResourceType::parse_slot`] and is canonical; it works on resources with canonical names.

mod write;

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde_json::Value;

use super::AttributePath;
use crate::{
    Object,
    error::Error,
    filter::{self, Filter},
    resource_type::Resolved,
    schema::Attribute,
};

/// `userName`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:manager.value`, `members[value eq "1"]`.
///
/// Two slots are equal when their texts are.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The attribute; without a selector it may name a sub-attribute.
    pub path: AttributePath,
    /// Which elements of a multi-valued attribute.
    pub selector: Option<Filter>,
    /// The sub-attribute after the selector.
    pub sub: Option<String>,
    /// Whether the attribute is an array.
    multi_valued: bool,
    /// The attribute, as far as the selector needs it.
    element: Option<Box<Attribute>>,
}

impl Slot {
    pub(crate) fn plain(resolved: &Resolved<'_>) -> Self {
        Self {
            path: resolved.path.clone(),
            selector: None,
            sub: None,
            multi_valued: resolved.top().multi_valued,
            element: None,
        }
    }

    pub(crate) fn new(resolved: &Resolved<'_>, selector: Option<&Filter>, sub: Option<&str>) -> Result<Self, Error> {
        let mut slot = Self::plain(resolved);
        let Some(selector) = selector else { return Ok(slot) };
        let (attribute, path) = (resolved.attribute, &resolved.path);
        if resolved.parent.is_some() || !attribute.multi_valued {
            return Err(Error::invalid_path(format!("'{path}' is not multi-valued, so no [filter] can follow it")));
        }
        let selector = filter::check_selector(selector, path, attribute)?;
        if let Some(sub) = sub {
            let sub = attribute
                .sub(sub)
                .ok_or_else(|| Error::invalid_path(format!("'{path}' has no sub-attribute '{sub}'")))?;
            slot.sub = Some(sub.name.clone());
        }
        slot.element = Some(Box::new(mentioned(attribute, &selector)));
        slot.selector = Some(selector);
        Ok(slot)
    }

    /// Whether it is a whole attribute: no selector, no sub-attribute.
    pub fn is_whole(&self) -> bool {
        self.selector.is_none() && self.path.sub.is_none()
    }

    /// Whether the attribute (not the sub-attribute) is an array.
    pub fn is_multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// The sub-attribute at its end, before or after a selector.
    pub fn leaf(&self) -> Option<&str> {
        self.sub.as_deref().or(self.path.sub.as_deref())
    }

    /// The slot of one sub-attribute of what this slot points at, which must be a whole attribute or elements.
    #[must_use]
    pub fn with_sub(&self, sub: &str) -> Self {
        let mut slot = self.clone();
        match slot.selector {
            Some(_) => slot.sub = Some(sub.to_owned()),
            None => slot.path.sub = Some(sub.to_owned()),
        }
        slot
    }

    /// The value there. Of a multi-valued attribute with a selector or a sub-attribute it is the first one; of a whole
    /// attribute it is the array. `null` is no value.
    pub fn get<'a>(&self, resource: &'a Object) -> Option<&'a Value> {
        let mut values = self.values(resource);
        values.next()
    }

    /// All values there; of a whole attribute one, which may be an array.
    pub fn get_all<'a>(&self, resource: &'a Object) -> Vec<&'a Value> {
        self.values(resource).collect()
    }

    /// Whether an element fulfils the selector; without a selector all do.
    pub(crate) fn selects(&self, element: &Value) -> bool {
        match (&self.selector, &self.element) {
            (Some(selector), Some(attribute)) => filter::matches_element(selector, attribute, element),
            _ => true,
        }
    }

    /// The value of the attribute itself, whatever follows it.
    pub(crate) fn attribute<'a>(&self, resource: &'a Object) -> Option<&'a Value> {
        let container = match &self.path.schema {
            Some(urn) => resource.get(urn)?.as_object()?,
            None => resource,
        };
        container.get(&self.path.attribute)
    }

    /// The attribute itself, to change it in place.
    pub(crate) fn attribute_mut<'a>(&self, resource: &'a mut Object) -> Option<&'a mut Value> {
        let container = match &self.path.schema {
            Some(urn) => resource.get_mut(urn)?.as_object_mut()?,
            None => resource,
        };
        container.get_mut(&self.path.attribute)
    }

    fn values<'a>(&self, resource: &'a Object) -> impl Iterator<Item = &'a Value> {
        let attribute = self.attribute(resource);
        let is_whole = self.is_whole();
        let elements = match attribute {
            Some(Value::Array(elements)) if !is_whole => elements.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        elements
            .iter()
            .filter(move |element| is_whole || self.selects(element))
            .filter_map(|element| match self.leaf() {
                Some(sub) => element.get(sub),
                None => Some(element),
            })
            .filter(|value| !value.is_null())
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write(f, &self.path, self.selector.as_ref(), self.sub.as_deref())
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.selector == other.selector && self.sub == other.sub
    }
}

impl Eq for Slot {}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.path, &self.selector, &self.sub).hash(state);
    }
}

/// A copy that holds the sub-attributes that a selector names and no others.
fn mentioned(attribute: &Attribute, selector: &Filter) -> Attribute {
    let bare = |attribute: &Attribute| Attribute {
        name: attribute.name.clone(),
        kind: attribute.kind,
        multi_valued: attribute.multi_valued,
        case_exact: attribute.case_exact,
        ..Attribute::default()
    };
    let found: Vec<&str> = filter::mentioned(selector).into_iter().map(|(name, _)| name).collect();
    let mut copy = bare(attribute);
    copy.sub_attributes =
        attribute.sub_attributes.iter().filter(|sub| found.contains(&sub.name.as_str())).map(bare).collect();
    copy
}
