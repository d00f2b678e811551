//! Users, groups and who is listed where, in memory.

use super::attributes::{DISPLAY_NAME, Place, USER_NAME, Values};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Ids sort in the order of creation.
pub(in crate::simulators) type Id = String;

/// A user or a group.
#[derive(Clone, Debug)]
pub(in crate::simulators) struct Resource {
    pub(in crate::simulators) id: Id,
    pub(in crate::simulators) values: Values,
    /// Whom a group lists; whether he is in it is up to the app.
    pub(in crate::simulators) members: BTreeSet<Id>,
    pub(in crate::simulators) created: Timestamp,
    pub(in crate::simulators) modified: Timestamp,
}

/// All resources of a tenant.
#[derive(Debug)]
pub(in crate::simulators) struct Directory {
    pub(in crate::simulators) users: BTreeMap<Id, Resource>,
    pub(in crate::simulators) groups: BTreeMap<Id, Resource>,
    /// Users by user name in lower case.
    names: BTreeMap<String, Id>,
    id_of: fn(u64) -> Id,
    last: u64,
}

impl Resource {
    /// The text at that place, empty when there is none.
    pub(in crate::simulators) fn text(&self, place: Place) -> &str {
        self.values.get(&place).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Directory {
    pub(super) fn new(id_of: fn(u64) -> Id) -> Self {
        Self { users: BTreeMap::new(), groups: BTreeMap::new(), names: BTreeMap::new(), id_of, last: 0 }
    }

    /// User names are compared without regard to case.
    pub(in crate::simulators) fn user_named(&self, name: &str) -> Option<&Resource> {
        self.users.get(self.names.get(&name.to_lowercase())?)
    }

    /// So are the names of groups.
    pub(in crate::simulators) fn group_named(&self, name: &str) -> Option<&Resource> {
        let name = name.to_lowercase();
        self.groups.values().find(|group| group.text(DISPLAY_NAME).to_lowercase() == name)
    }

    pub(in crate::simulators) fn insert_user(&mut self, values: Values, now: Timestamp) -> Id {
        let user = self.resource(values, now);
        let id = user.id.clone();
        self.put_user(user);
        id
    }

    pub(in crate::simulators) fn insert_group(&mut self, values: Values, now: Timestamp) -> Id {
        let group = self.resource(values, now);
        let id = group.id.clone();
        self.groups.insert(id.clone(), group);
        id
    }

    pub(super) fn put_user(&mut self, user: Resource) {
        if let Some(before) = self.users.get(&user.id) {
            self.names.remove(&before.text(USER_NAME).to_lowercase());
        }
        self.names.insert(user.text(USER_NAME).to_lowercase(), user.id.clone());
        self.users.insert(user.id.clone(), user);
    }

    pub(super) fn remove_user(&mut self, id: &str) -> Option<Resource> {
        let user = self.users.remove(id)?;
        self.names.remove(&user.text(USER_NAME).to_lowercase());
        for group in self.groups.values_mut() {
            group.members.remove(id);
        }
        Some(user)
    }

    /// The groups that list the user, in the order of their creation.
    pub(in crate::simulators) fn listing(&self, user: &str) -> Vec<Id> {
        self.groups.values().filter(|group| group.members.contains(user)).map(|group| group.id.clone()).collect()
    }

    fn resource(&mut self, values: Values, now: Timestamp) -> Resource {
        self.last += 1;
        Resource { id: (self.id_of)(self.last), values, members: BTreeSet::new(), created: now, modified: now }
    }
}
