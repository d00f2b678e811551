//! Guard rails' data: recently deactivated users, and rails that block changes until the operator lifts them.
//!
//! The database decides, not a gateway's memory: several gateways count together, and a rail is lifted from a terminal while
//! they run.

use crate::database::Database;
use crate::error::StoreError;
use crate::rail_write::RailWrite;
use crate::reader::Reader;
use crate::statement::{Cell, Statement};
use crate::store::Store;
use crate::store_url::StoreUrl;
use crate::text::time_text;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, Connection as _};

/// The state of one rail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RailState {
    /// Since when it blocks changes, and why.
    pub tripped: Option<(Timestamp, String)>,
    /// Until when the operator has lifted it; may be in the past.
    pub open_until: Option<Timestamp>,
}

/// A rail of an instance, and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RailRow {
    /// The instance's name.
    pub instance: String,
    /// The rail's name.
    pub rail: String,
    /// Its state.
    pub state: RailState,
}

impl Reader {
    async fn rails(&self, instance: &str) -> Result<Vec<RailRow>, StoreError> {
        type Columns = (String, Option<String>, Option<String>, Option<String>);
        let rows = sqlx::query_as::<Any, Columns>(
            "SELECT rail, tripped, reason, open_until FROM guard_rails WHERE instance = $1 ORDER BY rail",
        )
        .bind(instance)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(rail, tripped, reason, open_until)| {
                let tripped = tripped.map(|time| Ok::<_, jiff::Error>((time.parse()?, reason.unwrap_or_default())));
                let open_until = open_until.map(|time| time.parse());
                let state = RailState { tripped: tripped.transpose()?, open_until: open_until.transpose()? };
                Ok(RailRow { instance: instance.to_owned(), rail, state })
            })
            .collect()
    }
}

impl Store {
    /// The state of a rail.
    pub async fn rail(&self, instance: &str, rail: &str) -> Result<RailState, StoreError> {
        let rows = self.rails(instance).await?;
        Ok(rows.into_iter().find(|row| row.rail == rail).map(|row| row.state).unwrap_or_default())
    }

    /// All rails of an instance that have ever tripped or been lifted.
    pub async fn rails(&self, instance: &str) -> Result<Vec<RailRow>, StoreError> {
        self.reader().rails(self.stored(instance)).await
    }

    /// How many users of an instance have been deactivated or deleted since then, each counted once.
    pub async fn deactivated_since(&self, instance: &str, since: Timestamp) -> Result<u64, StoreError> {
        let count = sqlx::query_scalar::<Any, i64>(
            "SELECT COUNT(DISTINCT id) FROM deactivations WHERE instance = $1 AND time >= $2",
        )
        .bind(self.stored(instance))
        .bind(time_text(since))
        .fetch_one(&self.reader().pool)
        .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

/// Reads the rails of an instance from another process than the gateway's, beside which it may run.
pub async fn read_rails(url: &StoreUrl, instance: &str) -> Result<Vec<RailRow>, StoreError> {
    let reader = Reader::beside(url).await?;
    let rows = async {
        let rows = reader.rails(&reader.served(instance).await?).await?;
        Ok(rows.into_iter().map(|row| RailRow { instance: instance.to_owned(), ..row }).collect())
    };
    let rows = rows.await;
    reader.pool.close().await;
    rows
}

/// Lifts a rail until a time, from another process than the gateway's.
pub async fn lift_rail(url: &StoreUrl, instance: &str, rail: &str, until: Timestamp) -> Result<(), StoreError> {
    let reader = Reader::beside(url).await?;
    let stored = reader.served(instance).await;
    reader.pool.close().await;
    let mut connection = Database::existing(url)?.connect().await?;
    sqlx::query::<Any>(
        "INSERT INTO guard_rails (instance, rail, open_until) VALUES ($1, $2, $3) ON CONFLICT (instance, rail)
         DO UPDATE SET tripped = NULL, reason = NULL, open_until = excluded.open_until",
    )
    .bind(stored?)
    .bind(rail)
    .bind(time_text(until))
    .execute(&mut connection)
    .await?;
    Ok(connection.close().await?)
}

/// The net effect of writes to the tables.
#[derive(Debug, Default)]
pub(crate) struct RailChanges<'a>(Vec<&'a RailWrite>);

impl<'a> RailChanges<'a> {
    pub(crate) fn add(&mut self, write: &'a RailWrite) {
        self.0.push(write);
    }

    /// Runs the statements: deletions first.
    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let (mut forgotten, mut remaining, mut deactivated, mut tripped) = (vec![], vec![], vec![], vec![]);
        for write in &self.0 {
            match write {
                RailWrite::ForgetBefore { instance, time } => forgotten.push((instance.as_str(), time_text(*time))),
                RailWrite::Remains(user) => remaining.push(user.cells()),
                RailWrite::Deactivates(user) => deactivated.push(user.cells()),
                RailWrite::Tripped { instance, rail, time, reason } => tripped.push(vec![
                    Cell::text(instance),
                    Cell::text(rail),
                    Cell::Text(time_text(*time).into()),
                    Cell::text(reason),
                ]),
            }
        }
        for (instance, time) in forgotten {
            sqlx::query::<Any>("DELETE FROM deactivations WHERE instance = $1 AND time < $2")
                .bind(instance)
                .bind(time)
                .execute(&mut *connection)
                .await?;
        }
        REMAIN.run(connection, &remaining).await?;
        DEACTIVATE.run(connection, &deactivated).await?;
        // Several operations may trip a rail in one transaction, and PostgreSQL lets a statement update a row only once.
        for row in tripped {
            TRIP.run(connection, &[row]).await?;
        }
        Ok(())
    }
}

const REMAIN: Statement =
    Statement { head: "DELETE FROM deactivations WHERE (instance, time, id) IN (VALUES ", tail: ")" };
const DEACTIVATE: Statement = Statement {
    head: "INSERT INTO deactivations (instance, time, id) VALUES ",
    tail: " ON CONFLICT (instance, time, id) DO NOTHING",
};
const TRIP: Statement = Statement {
    head: "INSERT INTO guard_rails (instance, rail, tripped, reason) VALUES ",
    tail: " ON CONFLICT (instance, rail) DO UPDATE SET reason = COALESCE(guard_rails.reason, excluded.reason),
        tripped = COALESCE(guard_rails.tripped, excluded.tripped)",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rail_write::Deactivated;
    use crate::testing::temporary;
    use crate::write::Write;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn user(id: &str, time: &str) -> Deactivated {
        Deactivated { instance: "acme".into(), id: id.into(), time: at(time) }
    }

    #[tokio::test]
    async fn each_user_counts_once_in_a_window_and_not_at_all_when_it_came_to_nothing() {
        let (store, _folder) = temporary().await;
        let deactivates = |id, time| Write::Rail(RailWrite::Deactivates(user(id, time)));
        let writes = vec![
            deactivates("a", "2026-01-01T00:00:00Z"),
            deactivates("b", "2026-01-01T00:10:00Z"),
            deactivates("b", "2026-01-01T00:20:00Z"),
            deactivates("c", "2026-01-01T00:30:00Z"),
        ];
        store.commit(writes).await.unwrap();
        let count = async |since| store.deactivated_since("acme", at(since)).await.unwrap();
        assert_eq!(count("2026-01-01T00:00:00Z").await, 3);
        assert_eq!(count("2026-01-01T00:20:00Z").await, 2);
        assert_eq!(store.deactivated_since("globex", at("2026-01-01T00:00:00Z")).await.unwrap(), 0);
        let forget = RailWrite::ForgetBefore { instance: "acme".into(), time: at("2026-01-01T00:10:00Z") };
        let remains = RailWrite::Remains(user("c", "2026-01-01T00:30:00Z"));
        store.commit(vec![Write::Rail(forget), Write::Rail(remains)]).await.unwrap();
        assert_eq!(count("2026-01-01T00:00:00Z").await, 1);
    }

    #[tokio::test]
    async fn a_rail_keeps_its_first_reason_until_it_is_lifted() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::SqliteFile(folder.path().join("store.db"));
        let store = Store::open(&url).await.unwrap();
        let tripped = |time, reason: &str| {
            Write::Rail(RailWrite::Tripped {
                instance: "acme".into(),
                rail: "r",
                time: at(time),
                reason: reason.into(),
            })
        };
        store
            .commit(vec![tripped("2026-01-01T00:00:00Z", "first"), tripped("2026-01-01T01:00:00Z", "later")])
            .await
            .unwrap();
        store.commit(vec![tripped("2026-01-01T02:00:00Z", "later")]).await.unwrap();
        let state = store.rail("acme", "r").await.unwrap();
        assert_eq!(state.tripped, Some((at("2026-01-01T00:00:00Z"), "first".to_owned())));
        assert_eq!(store.rail("acme", "other").await.unwrap(), RailState::default());
        // From another process: the gateway keeps its claim on the database.
        lift_rail(&url, "acme", "r", at("2026-01-01T03:00:00Z")).await.unwrap();
        let lifted = RailState { tripped: None, open_until: Some(at("2026-01-01T03:00:00Z")) };
        assert_eq!(store.rail("acme", "r").await.unwrap(), lifted);
        let rows = read_rails(&url, "acme").await.unwrap();
        assert_eq!(rows, [RailRow { instance: "acme".into(), rail: "r".into(), state: lifted }]);
    }
}
