//! Roles, sites and departments: three collections alike, to which users refer by name.

use super::{
    Answer, Call, Handled,
    account::{Account, Id},
    answer, deleted,
    paging::{Page, present},
    refusals,
    switches::UnknownRef,
    values::{self, Pointer},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One of the three collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shelf {
    Roles,
    Sites,
    Departments,
}

/// A role, a site or a department.
#[derive(Clone, Debug, Default)]
pub(super) struct Reference {
    id: Id,
    pub(super) name: String,
    /// `description` and what else was written of the fields that the collection has.
    details: BTreeMap<String, Value>,
}

/// Where a reference in a write leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pointed {
    At(Id),
    Nowhere,
    Unchanged,
}

impl Shelf {
    pub(super) const ALL: [Self; 3] = [Self::Roles, Self::Sites, Self::Departments];

    pub(super) const fn collection(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Sites => "sites",
            Self::Departments => "departments",
        }
    }

    const fn singular(self) -> &'static str {
        match self {
            Self::Roles => "role",
            Self::Sites => "site",
            Self::Departments => "department",
        }
    }

    /// The fields beside `id` and `name` with their values when nobody wrote them.
    fn details(self) -> Value {
        match self {
            Self::Roles => json!({ "description": null, "portal": false, "show_my_tasks": false }),
            Self::Sites => json!({
                "location": null, "description": null, "time_zone": null, "language": "-1", "business_record": null,
            }),
            Self::Departments => json!({ "description": null, "default_assignee_id": null }),
        }
    }
}

impl Reference {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
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
    pub(super) fn reference(&self, shelf: Shelf, id: Id) -> Option<&Reference> {
        self.shelves.get(&shelf)?.get(&id)
    }

    /// Names match exactly.
    pub(super) fn reference_named(&self, shelf: Shelf, name: &str) -> Option<Id> {
        self.shelves.get(&shelf)?.values().find(|reference| reference.name == name).map(|reference| reference.id)
    }

    pub(super) fn shelve(&mut self, shelf: Shelf, mut reference: Reference) -> Id {
        if reference.id == 0 {
            reference.id = self.new_id();
        }
        let id = reference.id;
        self.shelves.entry(shelf).or_default().insert(id, reference);
        id
    }

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

/// The read shape.
pub(super) fn record(shelf: Shelf, reference: &Reference) -> Value {
    let mut record =
        Map::from_iter([("id".to_owned(), reference.id.into()), ("name".to_owned(), json!(reference.name))]);
    for (name, value) in shelf.details().as_object().into_iter().flatten() {
        record.insert(name.clone(), reference.details.get(name).unwrap_or(value).clone());
    }
    Value::Object(record)
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
