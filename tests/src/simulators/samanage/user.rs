//! A user.

use super::id::Id;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A user. Absent texts are empty, as a cleared one is.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: Id,
    pub(super) shadow_group: Id,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) title: String,
    pub(super) phone: String,
    pub(super) mobile_phone: String,
    pub(super) disabled: bool,
    pub(super) role: Id,
    pub(super) site: Option<Id>,
    pub(super) department: Option<Id>,
    pub(super) reports_to: Option<Id>,
    pub(super) custom_fields: BTreeMap<String, String>,
    pub(super) memberships: BTreeSet<Id>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl User {
    pub(super) fn new(name: &str, email: &str, role: Id, now: Timestamp) -> Self {
        Self {
            id: 0,
            shadow_group: 0,
            name: name.to_owned(),
            email: email.to_owned(),
            title: String::new(),
            phone: String::new(),
            mobile_phone: String::new(),
            disabled: false,
            role,
            site: None,
            department: None,
            reports_to: None,
            custom_fields: BTreeMap::new(),
            memberships: BTreeSet::new(),
            created_at: now,
            updated_at: now,
        }
    }
}
