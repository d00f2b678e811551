//! What is written of inactive resources, bindings and memberships, folded as [`super::effects`] folds the rest.

use super::ResourceKey;
use super::effects::Key;
use super::standing::{Inactive, Phase};
use super::statement::{Cell, Statement, replace};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// One thing to remember or to forget of what an app destroys.
#[derive(Debug, Clone, PartialEq)]
pub enum StandingWrite {
    /// The app's id of a resource; none where it is the SCIM id.
    Bind {
        /// As the client knows it.
        resource: ResourceKey,
        /// As the app knows it.
        app_id: Option<String>,
    },
    /// The resource is inactive.
    Inactive {
        /// Whose it is.
        instance: String,
        /// Its resource type's name.
        resource_type: String,
        /// What it is like.
        inactive: Inactive,
    },
    /// An inactive resource is in another phase; no effect on one that is not inactive.
    Phase(ResourceKey, Phase),
    /// The resource is inactive no more.
    Active(ResourceKey),
    /// There is no such resource any more: neither its binding nor its memberships.
    Ended(ResourceKey),
    /// A group is there; the first time gives it its place in the order.
    Group(GroupKey),
    /// There is no such group any more, and no membership of it.
    GroupEnded(GroupKey),
    /// A user is wanted in a group.
    Member {
        /// Where.
        group: GroupKey,
        /// Who.
        user: String,
        /// Whether the app does not know the user yet.
        pending: bool,
    },
    /// A user is wanted in a group no more.
    NoMember {
        /// Where.
        group: GroupKey,
        /// Who.
        user: String,
    },
}

/// Names a group of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The instance's name.
    pub instance: String,
    /// The group's id.
    pub group: String,
}

/// The net effect of such writes that are committed together.
#[derive(Debug, Default)]
pub(super) struct StandingEffects<'a> {
    bindings: BTreeMap<Key<'a>, Option<&'a str>>,
    inactive: BTreeMap<Key<'a>, Becomes<'a>>,
    ended: BTreeSet<(&'a str, &'a str)>,
    ended_groups: BTreeSet<&'a GroupKey>,
    groups: BTreeSet<&'a GroupKey>,
    /// Whether the app does not know the member yet; none where the membership ends.
    members: BTreeMap<(&'a GroupKey, &'a str), Option<bool>>,
}

#[derive(Debug)]
enum Becomes<'a> {
    Inactive(&'a Inactive, Phase),
    Phase(Phase),
    Active,
}

impl<'a> StandingEffects<'a> {
    pub(super) fn add(&mut self, write: &'a StandingWrite) {
        match write {
            StandingWrite::Bind { resource, app_id } => {
                self.bindings.insert(Key::of(resource), app_id.as_deref());
            }
            StandingWrite::Inactive { instance, resource_type, inactive } => {
                let key = Key { instance, resource_type, id: &inactive.id };
                self.inactive.insert(key, Becomes::Inactive(inactive, inactive.phase));
            }
            StandingWrite::Phase(resource, phase) => match self.inactive.get_mut(&Key::of(resource)) {
                Some(Becomes::Inactive(_, known) | Becomes::Phase(known)) => *known = *phase,
                Some(Becomes::Active) => {}
                None => drop(self.inactive.insert(Key::of(resource), Becomes::Phase(*phase))),
            },
            StandingWrite::Active(resource) => drop(self.inactive.insert(Key::of(resource), Becomes::Active)),
            StandingWrite::Ended(resource) => {
                let key = Key::of(resource);
                self.bindings.insert(key, None);
                self.inactive.insert(key, Becomes::Active);
                self.members.retain(|(group, user), _| (group.instance.as_str(), *user) != (key.instance, key.id));
                self.ended.insert((key.instance, key.id));
            }
            StandingWrite::Group(group) => drop(self.groups.insert(group)),
            StandingWrite::GroupEnded(group) => {
                self.groups.remove(group);
                self.members.retain(|(other, _), _| *other != group);
                self.ended_groups.insert(group);
            }
            StandingWrite::Member { group, user, pending } => {
                self.members.insert((group, user), Some(*pending));
            }
            StandingWrite::NoMember { group, user } => drop(self.members.insert((group, user), None)),
        }
    }

    /// Runs the statements: what goes, then what comes.
    pub(super) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let pair = |one: &'a str, other: &'a str| vec![Cell::text(one), Cell::text(other)];
        let ended: Vec<_> = self.ended.iter().map(|(instance, user)| pair(instance, user)).collect();
        END_USERS.run(connection, &ended).await?;
        let ended: Vec<_> = self.ended_groups.iter().map(|key| pair(&key.instance, &key.group)).collect();
        END_GROUPS.run(connection, &ended).await?;
        FORGET_GROUPS.run(connection, &ended).await?;

        let bindings = self.bindings.iter();
        let bindings = bindings.map(|(key, app_id)| (key.cells().to_vec(), app_id.map(|id| vec![Cell::text(id)])));
        replace(connection, &UNBIND, &BIND, bindings).await?;

        let (mut active, mut moved, mut inactive) = (Vec::new(), Vec::new(), Vec::new());
        for (key, becomes) in &self.inactive {
            let mut row = key.cells().to_vec();
            match becomes {
                Becomes::Active => active.push(row),
                Becomes::Phase(phase) => {
                    row.push(Cell::text(phase.as_str()));
                    moved.push(row);
                }
                Becomes::Inactive(is, phase) => {
                    row.push(Cell::text(&is.matching));
                    row.push(is.external_id.as_deref().map_or(Cell::Null, Cell::text));
                    row.push(Cell::text(phase.as_str()));
                    row.push(Cell::object(&is.resource));
                    inactive.push(row);
                }
            }
        }
        ACTIVE.run(connection, &active).await?;
        MOVE.run(connection, &moved).await?;
        INACTIVE.run(connection, &inactive).await?;

        let groups: Vec<_> = self.groups.iter().map(|key| pair(&key.instance, &key.group)).collect();
        GROUP.run(connection, &groups).await?;
        let members = self.members.iter().map(|((group, user), pending)| {
            let key = [group.instance.as_str(), &group.group, user].map(Cell::text).to_vec();
            (key, pending.map(|pending| vec![Cell::Number(i64::from(pending))]))
        });
        replace(connection, &NO_MEMBER, &MEMBER, members).await
    }
}

const END_USERS: Statement =
    Statement { head: "DELETE FROM memberships WHERE (instance, user_id) IN (VALUES ", tail: ")" };
const END_GROUPS: Statement =
    Statement { head: "DELETE FROM memberships WHERE (instance, group_id) IN (VALUES ", tail: ")" };
const FORGET_GROUPS: Statement =
    Statement { head: "DELETE FROM group_sequence WHERE (instance, id) IN (VALUES ", tail: ")" };
const UNBIND: Statement =
    Statement { head: "DELETE FROM bindings WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" };
const BIND: Statement = Statement {
    head: "INSERT INTO bindings (instance, resource_type, id, app_id) VALUES ",
    tail: " ON CONFLICT (instance, resource_type, id) DO UPDATE SET app_id = excluded.app_id",
};
const ACTIVE: Statement =
    Statement { head: "DELETE FROM inactive WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" };
// Both databases call the columns of VALUES column1, column2, …
const MOVE: Statement = Statement {
    head: "UPDATE inactive SET phase = fresh.column4 FROM (VALUES ",
    tail: ") AS fresh WHERE instance = fresh.column1 AND resource_type = fresh.column2 AND id = fresh.column3",
};
const INACTIVE: Statement = Statement {
    head: "INSERT INTO inactive (instance, resource_type, id, matching, external_id, phase, resource) VALUES ",
    tail: " ON CONFLICT (instance, resource_type, id) DO UPDATE SET matching = excluded.matching,
        external_id = excluded.external_id, phase = excluded.phase, resource = excluded.resource",
};
// What is committed together happened at the same time.
const GROUP: Statement = Statement {
    head: "INSERT INTO group_sequence (instance, id, created) SELECT fresh.column1, fresh.column2,
        (SELECT COALESCE(MAX(created), 0) + 1 FROM group_sequence WHERE instance = fresh.column1) FROM (VALUES ",
    tail: ") AS fresh WHERE true ON CONFLICT (instance, id) DO NOTHING",
};
const NO_MEMBER: Statement =
    Statement { head: "DELETE FROM memberships WHERE (instance, group_id, user_id) IN (VALUES ", tail: ")" };
const MEMBER: Statement = Statement {
    head: "INSERT INTO memberships (instance, group_id, user_id, since, pending)
        SELECT fresh.column1, fresh.column2, fresh.column3,
        (SELECT COALESCE(MAX(since), 0) + 1 FROM memberships WHERE instance = fresh.column1), fresh.column4 FROM (VALUES ",
    tail: ") AS fresh WHERE true ON CONFLICT (instance, group_id, user_id) DO UPDATE SET pending = excluded.pending",
};
