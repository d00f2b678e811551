//! How a resource type parses slots and finds the attributes they point at.

use super::target::Slot;
use crate::error::Error;
use crate::filter;
use crate::path::AttributePath;
use crate::resource_type::{Resolved, ResourceType};

impl ResourceType {
    /// Parses a slot, such as `emails[type eq "work"].value`, into canonical names.
    ///
    /// # Errors
    /// 400 `invalidPath` for a malformed path and for an attribute that does not exist, `invalidFilter` for a bad selector.
    pub fn parse_slot(&self, text: &str) -> Result<Slot, Error> {
        let (attribute, selector, sub) = filter::parse_slot(text)?;
        let path = self.parse_path(attribute)?;
        let resolved = self.resolve(&path).ok_or_else(|| self.unknown(&path))?;
        Slot::new(&resolved, selector.as_ref(), sub)
    }

    /// The slot of a plain path; `None` if the attribute does not exist.
    pub fn slot(&self, path: &AttributePath) -> Option<Slot> {
        Some(Slot::plain(&self.resolve(path)?))
    }

    /// The attribute at the end of a slot.
    pub fn resolve_slot(&self, slot: &Slot) -> Option<Resolved<'_>> {
        match &slot.sub {
            Some(sub) => self.resolve(&slot.path.with_sub(sub.as_str())),
            None => self.resolve(&slot.path),
        }
    }
}
