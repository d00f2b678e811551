//! Who is wanted in which group, as clients said it.

use super::statement::{MOST_PLACES, places};
use super::{Store, StoreError};
use sqlx::{Any, AssertSqlSafe};
use std::collections::HashMap;

/// A user is wanted in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The group's id.
    pub group: String,
    /// Memberships that were wanted later have a greater one.
    pub since: i64,
    /// Groups that were created later have a greater one.
    pub created: i64,
    /// The app does not know the user yet.
    pub pending: bool,
}

impl Store {
    /// The groups in which each of these users is wanted; who is wanted in none is left out.
    pub async fn wanted(&self, instance: &str, users: &[&str]) -> Result<HashMap<String, Vec<Wanted>>, StoreError> {
        let mut found: HashMap<String, Vec<Wanted>> = HashMap::new();
        for users in users.chunks(MOST_PLACES) {
            let (places, count) = places(2, users.len());
            // Only placeholders are put into the text, never a value.
            let mut query = sqlx::query_as::<Any, (String, String, i64, i64, i64)>(AssertSqlSafe(format!(
                "SELECT m.user_id, m.group_id, m.since, COALESCE(g.created, 0), m.pending FROM memberships m
                 LEFT JOIN group_sequence g ON g.instance = m.instance AND g.id = m.group_id
                 WHERE m.instance = $1 AND m.user_id IN ({places})"
            )))
            .bind(instance);
            for &user in users.iter().cycle().take(count) {
                query = query.bind(user);
            }
            for (user, group, since, created, pending) in query.fetch_all(&self.shared.readers).await? {
                found.entry(user).or_default().push(Wanted { group, since, created, pending: pending != 0 });
            }
        }
        // Not the database's order, which depends on its locale.
        for wanted in found.values_mut() {
            wanted.sort_by(|one, other| one.group.cmp(&other.group));
        }
        Ok(found)
    }

    /// The users that are wanted in a group, in order, and whether the app does not know them yet.
    pub async fn wanted_in(&self, instance: &str, group: &str) -> Result<Vec<(String, bool)>, StoreError> {
        let rows = sqlx::query_as::<Any, (String, i64)>(
            "SELECT user_id, pending FROM memberships WHERE instance = $1 AND group_id = $2",
        )
        .bind(instance)
        .bind(group)
        .fetch_all(&self.shared.readers)
        .await?;
        let mut users: Vec<_> = rows.into_iter().map(|(user, pending)| (user, pending != 0)).collect();
        users.sort_unstable();
        Ok(users)
    }

    /// The group's place in the order in which groups were created, if it has one.
    pub async fn group_created(&self, instance: &str, group: &str) -> Result<Option<i64>, StoreError> {
        let created =
            sqlx::query_scalar::<Any, i64>("SELECT created FROM group_sequence WHERE instance = $1 AND id = $2")
                .bind(instance)
                .bind(group)
                .fetch_optional(&self.shared.readers)
                .await?;
        Ok(created)
    }
}
