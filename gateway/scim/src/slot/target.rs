//! A slot: an attribute, perhaps with a selector and a sub-attribute.

use crate::error::Error;
use crate::filter::{self, CompareOp, Comparison, Filter, Operand};
use crate::path::{self, AttributePath};
use crate::resource_type::Resolved;
use crate::schema::Attribute;
use serde_json::Value;
use std::fmt;
use std::hash::{Hash, Hasher};

/// `userName`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:manager.value`, `members[value eq "1"]`.
///
/// Two slots are equal when their texts are.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The attribute; without a selector it may name a sub-attribute.
    pub path: AttributePath,
    /// Picks elements of a multi-valued attribute.
    pub selector: Option<Filter>,
    /// The sub-attribute after the selector.
    pub sub: Option<String>,
    /// Whether the attribute is an array.
    pub(super) multi_valued: bool,
    /// The part of the attribute's definition that the selector needs.
    pub(super) element: Option<Box<Attribute>>,
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
            return Err(Error::invalid_path(format!(
                "'{path}' is not multi-valued, so it cannot be followed by a [filter]"
            )));
        }
        let selector = filter::check_selector(selector, path, attribute)?;
        if let Some(sub) = sub {
            let sub = attribute
                .sub(sub)
                .ok_or_else(|| Error::invalid_path(format!("'{path}' has no sub-attribute '{sub}'")))?;
            slot.sub = Some(sub.name.clone());
        }
        slot.element = Some(Box::new(restricted(attribute, &selector)));
        slot.selector = Some(selector);
        Ok(slot)
    }

    /// The filter that finds resources with this value at the slot.
    pub fn equals(&self, value: Value) -> Filter {
        let path =
            Operand { path: self.path.clone(), selector: self.selector.clone().map(Box::new), sub: self.sub.clone() };
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value })
    }

    /// Whether it is a whole attribute, without selector and sub-attribute.
    pub fn is_whole(&self) -> bool {
        self.selector.is_none() && self.path.sub.is_none()
    }

    /// Whether the attribute (not the sub-attribute) is an array.
    pub fn is_multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// The sub-attribute at the end, with or without a selector before it.
    pub fn leaf(&self) -> Option<&str> {
        self.sub.as_deref().or(self.path.sub.as_deref())
    }

    /// The slot of one sub-attribute of this slot, which must be a whole attribute or select whole elements.
    #[must_use]
    pub fn with_sub(&self, sub: &str) -> Self {
        let mut slot = self.clone();
        match slot.selector {
            Some(_) => slot.sub = Some(sub.to_owned()),
            None => slot.path.sub = Some(sub.to_owned()),
        }
        slot
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selector = self.selector.as_ref().map(|selector| selector as &dyn fmt::Display);
        path::write_selected(f, &self.path, selector, self.sub.as_deref())
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

/// A copy with only the sub-attributes that a selector names.
fn restricted(attribute: &Attribute, selector: &Filter) -> Attribute {
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
