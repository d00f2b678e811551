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

    /// Adds an edit. Lists for the same attribute that follow each other become one: clients remove a hundred members in as many
    /// operations, and each list looks at every element. Removals are the same one by one and together; additions are where an
    /// element is its `value` alone.
    pub(super) fn push(&mut self, edit: Edit) -> Result<(), Error> {
        let edit = match (self.edits.steps.last_mut(), edit) {
            (Some(Edit::Remove { slot, items }), Edit::Remove { slot: same, items: more }) if *slot == same => {
                items.extend(more);
                return Ok(());
            }
            (Some(Edit::Add { slot, items }), Edit::Add { slot: same, items: more })
                if *slot == same
                    && self.resource_type.resolve_slot(slot).is_some_and(|found| found.attribute.refers()) =>
            {
                items.extend(more);
                return Ok(());
            }
            (_, edit) => edit,
        };
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
