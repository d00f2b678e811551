//! One tenant's data, in memory, and what a new tenant has.

use super::id::Id;
use super::shelf::{Reference, Shelf};
use super::switches::Switches;
use super::user::User;
use jiff::{Timestamp, civil, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// One tenant.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) switches: Switches,
    pub(super) users: BTreeMap<Id, User>,
    /// Users by e-mail address in lower case.
    pub(super) emails: BTreeMap<String, Id>,
    pub(super) groups: BTreeMap<Id, Group>,
    pub(super) memberships: BTreeMap<Id, Membership>,
    pub(super) shelves: BTreeMap<Shelf, BTreeMap<Id, Reference>>,
    /// The administrator whose token the callers use.
    pub(super) owner: Id,
    next_id: Id,
}

/// A group; also the one that stands for a user, and a queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) supervisor: Option<Id>,
    pub(super) disabled: bool,
    pub(super) kind: GroupKind,
    pub(super) memberships: BTreeSet<Id>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum GroupKind {
    #[default]
    People,
    /// Stands for this user.
    Shadow(Id),
    Queue,
}

/// That a user belongs to a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) group: Id,
    pub(super) user: Id,
}

impl Default for Account {
    fn default() -> Self {
        let mut account = Self {
            switches: Switches::default(),
            users: BTreeMap::new(),
            emails: BTreeMap::new(),
            groups: BTreeMap::new(),
            memberships: BTreeMap::new(),
            shelves: BTreeMap::new(),
            owner: 0,
            next_id: 2_681_700,
        };
        for (shelf, names) in [
            (Shelf::Roles, ["Administrator", "Service Agent User", "Service Task User", "Requester"].as_slice()),
            (Shelf::Departments, &["Support", "Facilities", "Sales"]),
            (Shelf::Sites, &["AUS", "Site 1a"]),
        ] {
            for name in names {
                account.shelve(shelf, Reference::named(name));
            }
        }
        let role = account.reference_named(Shelf::Roles, "Administrator").unwrap_or_default();
        let admin = User::new("Token Owner", "admin@example.com", role, seeded_at());
        account.owner = account.insert_user(admin);
        let queue = Group { name: "Incident Queue".to_owned(), kind: GroupKind::Queue, ..Group::default() };
        account.insert_group(queue);
        account
    }
}

impl Account {
    pub(super) fn new_id(&mut self) -> Id {
        self.next_id += 1;
        self.next_id
    }

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

    /// Stores a new user together with the group that stands for him.
    pub(super) fn insert_user(&mut self, mut user: User) -> Id {
        user.id = self.new_id();
        let shadow = Group { name: user.name.clone(), kind: GroupKind::Shadow(user.id), ..Group::default() };
        user.shadow_group = self.insert_group(shadow);
        let id = user.id;
        self.emails.insert(user.email.to_lowercase(), id);
        self.users.insert(id, user);
        id
    }

    /// Stores a changed user.
    pub(super) fn replace_user(&mut self, user: User) {
        if let Some(before) = self.users.get(&user.id) {
            self.emails.remove(&before.email.to_lowercase());
        }
        if let Some(shadow) = self.groups.get_mut(&user.shadow_group) {
            shadow.name.clone_from(&user.name);
        }
        self.emails.insert(user.email.to_lowercase(), user.id);
        self.users.insert(user.id, user);
    }

    /// Removes a user with everything that is his.
    pub(super) fn remove_user(&mut self, id: Id) -> Option<User> {
        let user = self.users.remove(&id)?;
        self.emails.remove(&user.email.to_lowercase());
        self.groups.remove(&user.shadow_group);
        for membership in &user.memberships {
            self.remove_membership(*membership);
        }
        Some(user)
    }

    pub(super) fn insert_group(&mut self, mut group: Group) -> Id {
        group.id = self.new_id();
        let id = group.id;
        self.groups.insert(id, group);
        id
    }

    /// The id of the membership, and whether it is new.
    pub(super) fn join(&mut self, group: Id, user: Id) -> (Id, bool) {
        let present = self.users.get(&user).and_then(|user| {
            let is_there = |id: &&Id| self.memberships.get(id).is_some_and(|membership| membership.group == group);
            user.memberships.iter().find(is_there).copied()
        });
        if let Some(id) = present {
            return (id, false);
        }
        let id = self.new_id();
        self.memberships.insert(id, Membership { group, user });
        if let Some(group) = self.groups.get_mut(&group) {
            group.memberships.insert(id);
        }
        if let Some(user) = self.users.get_mut(&user) {
            user.memberships.insert(id);
        }
        (id, true)
    }

    pub(super) fn remove_membership(&mut self, id: Id) -> Option<Membership> {
        let membership = self.memberships.remove(&id)?;
        if let Some(group) = self.groups.get_mut(&membership.group) {
            group.memberships.remove(&id);
        }
        if let Some(user) = self.users.get_mut(&membership.user) {
            user.memberships.remove(&id);
        }
        Some(membership)
    }

    pub(super) fn owner_is_administrator(&self) -> bool {
        let administrator = self.reference_named(Shelf::Roles, "Administrator");
        self.users.get(&self.owner).map(|owner| owner.role) == administrator
    }

    /// Makes sure that `user1@seed.example` to `user{users}@seed.example` exist, all of them requesters.
    pub(super) fn seed(&mut self, users: u32) {
        let role = self.reference_named(Shelf::Roles, "Requester").unwrap_or_default();
        for number in 1..=users {
            let email = format!("user{number}@seed.example");
            if !self.emails.contains_key(&email) {
                self.insert_user(User::new(&format!("Seeded User {number}"), &email, role, seeded_at()));
            }
        }
    }
}

/// Seeds are as old in every run.
fn seeded_at() -> Timestamp {
    civil::date(2017, 10, 11).at(21, 26, 23, 0).to_zoned(TimeZone::UTC).map(|time| time.timestamp()).unwrap_or_default()
}
