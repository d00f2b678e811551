//! Collects the edits of a request.

use crate::error::Error;
use crate::ignored::note;
use crate::patch::edit::{Edit, Edits};
use crate::resource_type::{Resolved, ResourceType};
use crate::slot::Slot;

pub(super) struct Builder<'a> {
    pub(super) resource_type: &'a ResourceType,
    pub(super) edits: Edits,
}

impl<'a> Builder<'a> {
    pub(super) fn clear(&mut self, slot: Slot) -> Result<(), Error> {
        // Removing one element is fine while others stay, which is checked when the edit is applied.
        if self.resolve(&slot)?.attribute.required && (slot.selector.is_none() || slot.sub.is_some()) {
            return Err(required(&slot));
        }
        self.push(Edit::Clear { slot })
    }

    pub(super) fn resolve(&self, slot: &Slot) -> Result<Resolved<'a>, Error> {
        self.resource_type.resolve_slot(slot).ok_or_else(|| self.resource_type.unknown(&slot.path))
    }

    pub(super) fn push(&mut self, edit: Edit) -> Result<(), Error> {
        self.edits.steps.push(edit);
        Ok(())
    }

    pub(super) fn ignore(&mut self, path: &str) {
        note(&mut self.edits.ignored, || path.to_owned());
    }
}

/// The error for an attribute that must keep a value.
pub(super) fn required(slot: &Slot) -> Error {
    Error::mutability(format!("'{slot}' is required and cannot be removed"))
}
