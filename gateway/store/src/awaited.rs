//! References to resources that the app does not have yet: a manager who is provisioned after the employee.

use super::statement::{MOST_PLACES, places};
use super::{Store, StoreError};
use sqlx::{Any, AssertSqlSafe};

/// A reference that waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaited {
    /// The type of the resource that refers.
    pub resource_type: String,
    /// The id of the resource that refers.
    pub id: String,
    /// The referring attribute, as the mapping writes it.
    pub slot: String,
}

impl Store {
    /// The references that wait for a resource of type `refers_to` under any of these identifiers, in order.
    pub async fn awaiting(
        &self,
        instance: &str,
        refers_to: &str,
        identifiers: &[&str],
    ) -> Result<Vec<Awaited>, StoreError> {
        let mut found = Vec::new();
        if self.shared.known.as_ref().is_some_and(|known| !known.awaits_any(instance, refers_to)) {
            return Ok(found);
        }
        for identifiers in identifiers.chunks(MOST_PLACES) {
            let (places, count) = places(3, identifiers.len());
            let beginnings = places.split(", ").map(|place| format!("substr({place}, 1, 200)")).collect::<Vec<_>>();
            // Only placeholders are put into the text, never a value.
            let statement = AssertSqlSafe(format!(
                "SELECT resource_type, id, slot FROM awaited WHERE instance = $1 AND refers_to = $2
                 AND substr(value, 1, 200) IN ({}) AND value IN ({places})",
                beginnings.join(", ")
            ));
            let mut query = sqlx::query_as::<Any, (String, String, String)>(statement).bind(instance).bind(refers_to);
            for &identifier in identifiers.iter().cycle().take(count) {
                query = query.bind(identifier);
            }
            let rows = query.fetch_all(&self.shared.readers).await?;
            found.extend(rows.into_iter().map(|(resource_type, id, slot)| Awaited { resource_type, id, slot }));
        }
        found.sort_unstable();
        Ok(found)
    }
}
