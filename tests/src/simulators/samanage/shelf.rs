//! Roles, sites and departments: three collections alike.

use super::id::Id;
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
    pub(super) id: Id,
    pub(super) name: String,
    /// `description` and what else was written of the fields that the collection has.
    pub(super) details: BTreeMap<String, Value>,
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

    pub(super) const fn singular(self) -> &'static str {
        match self {
            Self::Roles => "role",
            Self::Sites => "site",
            Self::Departments => "department",
        }
    }

    /// The fields beside `id` and `name` with their values when nobody wrote them.
    pub(super) fn details(self) -> Value {
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

/// The read shape.
pub(super) fn record(shelf: Shelf, reference: &Reference) -> Value {
    let mut record =
        Map::from_iter([("id".to_owned(), reference.id.into()), ("name".to_owned(), json!(reference.name))]);
    for (name, value) in shelf.details().as_object().into_iter().flatten() {
        record.insert(name.clone(), reference.details.get(name).unwrap_or(value).clone());
    }
    Value::Object(record)
}
