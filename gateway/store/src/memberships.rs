//! Requested group memberships, whether or not the app can have them.

use crate::error::StoreError;
use crate::key::GroupKey;
use crate::statement::{Cell, Row, Statement, replace};
use crate::store::Store;
use sqlx::{Any, AnyConnection};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A requested membership of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The group's id.
    pub group: String,
    /// The order of requests: greater for memberships that were requested later.
    pub since: i64,
    /// The order of groups: greater for groups that were created later.
    pub created: i64,
    /// Whether the app does not know the user yet.
    pub pending: bool,
}

impl Store {
    /// The memberships requested for each of these users, by user and group; users without any are left out.
    pub async fn wanted(&self, instance: &str, users: &[&str]) -> Result<HashMap<String, Vec<Wanted>>, StoreError> {
        let instance = self.stored(instance);
        let statement = |places: &str| {
            format!(
                "SELECT m.user_id, m.group_id, m.since, COALESCE(g.created, 0), m.pending FROM memberships m
                 LEFT JOIN group_sequence g ON g.instance = m.instance AND g.id = m.group_id
                 WHERE m.instance = $1 AND m.user_id IN ({places})"
            )
        };
        let rows: Vec<(String, String, i64, i64, i64)> =
            self.reader().rows_among(&[instance], users, statement).await?;
        let mut found: HashMap<String, Vec<Wanted>> = HashMap::new();
        for (user, group, since, created, pending) in rows {
            found.entry(user).or_default().push(Wanted { group, since, created, pending: pending != 0 });
        }
        // The database's order would depend on its locale.
        for wanted in found.values_mut() {
            wanted.sort_by(|one, other| one.group.cmp(&other.group));
        }
        Ok(found)
    }

    /// The users requested for a group, in order, and whether the app does not know them yet.
    pub async fn wanted_in(&self, instance: &str, group: &str) -> Result<Vec<(String, bool)>, StoreError> {
        let instance = self.stored(instance);
        let rows = sqlx::query_as::<Any, (String, i64)>(
            "SELECT user_id, pending FROM memberships WHERE instance = $1 AND group_id = $2",
        )
        .bind(instance)
        .bind(group)
        .fetch_all(&self.reader().pool)
        .await?;
        let mut users: Vec<_> = rows.into_iter().map(|(user, pending)| (user, pending != 0)).collect();
        users.sort_unstable();
        Ok(users)
    }
}

/// The net effect of writes to the table.
#[derive(Debug, Default)]
pub(crate) struct MembershipChanges<'a> {
    /// By instance and id.
    ended_users: BTreeSet<(&'a str, &'a str)>,
    ended_groups: BTreeSet<&'a GroupKey>,
    /// Whether the app does not know the member yet; none where the membership ends.
    members: BTreeMap<(&'a GroupKey, &'a str), Option<bool>>,
}

impl<'a> MembershipChanges<'a> {
    pub(crate) fn set(&mut self, group: &'a GroupKey, user: &'a str, pending: Option<bool>) {
        self.members.insert((group, user), pending);
    }

    pub(crate) fn end_user(&mut self, instance: &'a str, user: &'a str) {
        self.members.retain(|(group, other), _| (group.instance.as_str(), *other) != (instance, user));
        self.ended_users.insert((instance, user));
    }

    pub(crate) fn end_group(&mut self, group: &'a GroupKey) {
        self.members.retain(|(other, _), _| *other != group);
        self.ended_groups.insert(group);
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let users: Vec<Row<'_>> =
            self.ended_users.iter().map(|(instance, user)| [*instance, *user].map(Cell::text).to_vec()).collect();
        END_USERS.run(connection, &users).await?;
        let groups: Vec<Row<'_>> = self.ended_groups.iter().map(|group| group.cells()).collect();
        END_GROUPS.run(connection, &groups).await?;
        let members = self.members.iter().map(|((group, user), pending)| {
            let mut key = group.cells();
            key.push(Cell::text(user));
            (key, pending.map(|pending| vec![Cell::Number(i64::from(pending))]))
        });
        replace(connection, &REMOVE, &ADD, members).await
    }
}

const END_USERS: Statement =
    Statement { head: "DELETE FROM memberships WHERE (instance, user_id) IN (VALUES ", tail: ")" };
const END_GROUPS: Statement =
    Statement { head: "DELETE FROM memberships WHERE (instance, group_id) IN (VALUES ", tail: ")" };
const REMOVE: Statement =
    Statement { head: "DELETE FROM memberships WHERE (instance, group_id, user_id) IN (VALUES ", tail: ")" };
// Memberships that are committed together were requested at the same time.
const ADD: Statement = Statement {
    head: "INSERT INTO memberships (instance, group_id, user_id, since, pending)
        SELECT fresh.column1, fresh.column2, fresh.column3,
        (SELECT COALESCE(MAX(since), 0) + 1 FROM memberships WHERE instance = fresh.column1), fresh.column4 FROM (VALUES ",
    tail: ") AS fresh WHERE true ON CONFLICT (instance, group_id, user_id) DO UPDATE SET pending = excluded.pending",
};
