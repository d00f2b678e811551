//! Deleting what is remembered of an instance, from another process than the gateway's.

use crate::database::Database;
use crate::error::StoreError;
use crate::generation::{Generation, generations};
use crate::holding::Holding;
use crate::reader::Reader;
use crate::store_url::StoreUrl;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection as _};
use std::collections::BTreeMap;

/// Rows of the log that are deleted at once: a gateway's writes wait for it.
const AT_ONCE: u64 = 1000;

/// What a generation of an instance holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Counted from 1.
    pub generation: u32,
    /// Whom it stands for; nothing where no gateway has served it since there are generations.
    pub identity: Option<String>,
    /// Whether it is the one that is served.
    pub served: bool,
    /// The number of rows of each kind; kinds without rows are left out.
    pub rows: BTreeMap<Holding, u64>,
}

/// What the generations of an instance hold, in order. The gateway may be running.
pub async fn read_holdings(url: &StoreUrl, instance: &str) -> Result<Vec<Held>, StoreError> {
    let reader = Reader::beside(url).await?;
    let held = held(&reader, instance).await;
    reader.pool.close().await;
    held
}

async fn held(reader: &Reader, instance: &str) -> Result<Vec<Held>, StoreError> {
    let known = generations(&reader.pool, instance).await?;
    let served = known.last().map_or(1, |served| served.number);
    let mut numbers: Vec<u32> = known.iter().map(|generation| generation.number).chain([1]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut held = Vec::new();
    for generation in numbers {
        let mut rows = BTreeMap::new();
        for holding in Holding::ALL {
            let count = format!("SELECT COUNT(*) FROM {} WHERE {}", holding.table(), holding.condition());
            let count = sqlx::query_scalar::<Any, i64>(AssertSqlSafe(count))
                .bind(holding.owner(instance, generation))
                .bind(i64::from(generation))
                .fetch_one(&reader.pool)
                .await?;
            if count > 0 {
                rows.insert(holding, u64::try_from(count).unwrap_or_default());
            }
        }
        let is_it = |known: &&Generation| known.number == generation;
        let identity = known.iter().find(is_it).map(|known| known.identity.clone());
        if identity.is_some() || !rows.is_empty() {
            held.push(Held { generation, identity, served: generation == served, rows });
        }
    }
    Ok(held)
}

/// Deletes what a generation of an instance holds, of the log only if `log`. The gateway may be running.
pub async fn purge(url: &StoreUrl, instance: &str, generation: u32, log: bool) -> Result<(), StoreError> {
    let mut connection = Database::existing(url)?.connect().await?;
    let mut transaction = connection.begin().await?;
    for holding in Holding::ALL.into_iter().filter(|holding| *holding != Holding::Log) {
        let delete = format!("DELETE FROM {} WHERE {}", holding.table(), holding.condition());
        sqlx::query::<Any>(AssertSqlSafe(delete))
            .bind(holding.owner(instance, generation))
            .bind(i64::from(generation))
            .execute(&mut *transaction)
            .await?;
    }
    // The generation that is served stays, so that it stays the one that is served.
    sqlx::query::<Any>(
        "DELETE FROM generations WHERE instance = $1 AND generation = $2
         AND served < (SELECT MAX(served) FROM generations WHERE instance = $1)",
    )
    .bind(instance)
    .bind(i64::from(generation))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    if log {
        purge_log(&mut connection, instance, generation).await?;
    }
    Ok(connection.close().await?)
}

async fn purge_log(connection: &mut AnyConnection, instance: &str, generation: u32) -> Result<(), StoreError> {
    let delete = format!(
        "DELETE FROM provisioning_log WHERE (time, correlation) IN
         (SELECT time, correlation FROM provisioning_log WHERE {} LIMIT {AT_ONCE})",
        Holding::Log.condition()
    );
    loop {
        let deleted = sqlx::query::<Any>(AssertSqlSafe(delete.clone())).bind(instance).bind(i64::from(generation));
        if deleted.execute(&mut *connection).await?.rows_affected() < AT_ONCE {
            return Ok(());
        }
    }
}
