//! `/roles.json`, `/sites.json` and `/departments.json`, and the references of users to them.

use super::account::Account;
use super::answer::{Handled, answer, deleted};
use super::id::Id;
use super::paging::{Page, present};
use super::refusals;
use super::shelf::{Reference, Shelf, record};
use super::switches::UnknownRef;
use super::values::{self, Pointer};
use crate::simulators::control::{Answer, Call};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a reference in a write leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pointed {
    At(Id),
    Nowhere,
    Unchanged,
}

impl Pointed {
    pub(super) fn put(self, place: &mut Option<Id>) {
        match self {
            Self::At(id) => *place = Some(id),
            Self::Nowhere => *place = None,
            Self::Unchanged => {}
        }
    }
}

impl Account {
    /// Follows a reference in a write, as the tenant treats unknown ones. Roles are never created on the way.
    pub(super) fn resolve(&mut self, shelf: Shelf, field: &str, value: &Value) -> Result<Pointed, Answer> {
        let (found, name) = match values::pointer(value) {
            Pointer::Nobody => return Ok(Pointed::Nowhere),
            Pointer::IllShaped => return Ok(Pointed::Unchanged),
            Pointer::Id(id) => (self.reference(shelf, id).map(|reference| reference.id), None),
            Pointer::Name(name) => (self.reference_named(shelf, name), Some(name)),
            Pointer::Email(_) => (None, None),
        };
        match (found, self.switches.unknown_ref, name) {
            (Some(id), _, _) => Ok(Pointed::At(id)),
            (None, UnknownRef::Refuse, _) => Err(refusals::unknown_reference(field, value)),
            (None, UnknownRef::Create, Some(name)) if shelf != Shelf::Roles => {
                Ok(Pointed::At(self.shelve(shelf, Reference::named(name))))
            }
            (None, _, _) => Ok(Pointed::Unchanged),
        }
    }
}

pub(super) fn list(account: &Account, call: &Call, shelf: Shelf) -> Answer {
    let all: Vec<&Reference> = account.shelves.get(&shelf).into_iter().flat_map(BTreeMap::values).collect();
    let page = Page::of(call, &account.switches);
    page.answer(call, &all, |reference| present(&account.switches, shelf.singular(), record(shelf, reference)))
}

pub(super) fn create(account: &mut Account, call: &Call, shelf: Shelf) -> Handled {
    let reference = written(account, call, shelf, Reference::default())?;
    let status = account.switches.create_status.into();
    let id = account.shelve(shelf, reference);
    shown(account, id, shelf, status)
}

pub(super) fn read(account: &Account, id: Id, shelf: Shelf) -> Handled {
    shown(account, id, shelf, 200)
}

pub(super) fn update(account: &mut Account, call: &Call, id: Id, shelf: Shelf) -> Handled {
    let reference = account.reference(shelf, id).cloned().ok_or_else(refusals::not_found)?;
    let reference = written(account, call, shelf, reference)?;
    account.shelve(shelf, reference);
    shown(account, id, shelf, 200)
}

/// A site or department goes from its users; a role that somebody has stays.
pub(super) fn delete(account: &mut Account, id: Id, shelf: Shelf) -> Handled {
    account.reference(shelf, id).ok_or_else(refusals::not_found)?;
    if shelf == Shelf::Roles && account.users.values().any(|user| user.role == id) {
        return Err(refusals::in_use("users"));
    }
    for user in account.users.values_mut() {
        let place = if shelf == Shelf::Sites { &mut user.site } else { &mut user.department };
        place.take_if(|each| *each == id);
    }
    account.shelves.entry(shelf).or_default().remove(&id);
    Ok(deleted(shelf.singular()))
}

fn shown(account: &Account, id: Id, shelf: Shelf, status: u16) -> Handled {
    let reference = account.reference(shelf, id).ok_or_else(refusals::not_found)?;
    Ok(answer(status, &present(&account.switches, shelf.singular(), record(shelf, reference))))
}

fn written(account: &Account, call: &Call, shelf: Shelf, mut reference: Reference) -> Result<Reference, Answer> {
    let known = shelf.details();
    for (field, value) in values::fields(call, shelf.singular())? {
        if field == "name" {
            reference.name = values::text(&value).unwrap_or_default();
        } else if known.get(&field).is_some() {
            reference.details.insert(field, value);
        }
    }
    if reference.name.trim().is_empty() {
        return Err(refusals::blank("name"));
    }
    match account.reference_named(shelf, &reference.name) {
        Some(other) if other != reference.id => Err(refusals::taken("name")),
        _ => Ok(reference),
    }
}
