//! A copy of what is remembered, for trying things out beside a gateway that runs.

use super::StoreError;
use super::open::Database;
use crate::config::StoreUrl;
use sqlx::{Any, Connection as _};
use std::path::Path;

/// Copies an SQLite database as it is at this moment to a new file. False where there is nothing to copy: no such database yet, or a
/// PostgreSQL, of which nobody wants a copy for one question.
pub async fn snapshot(url: &StoreUrl, to: &Path) -> Result<bool, StoreError> {
    let StoreUrl::SqliteFile(file) = url else { return Ok(false) };
    if !file.is_file() {
        return Ok(false);
    }
    let mut connection = Database::at(url)?.connect().await?;
    let to = to.to_string_lossy().into_owned();
    sqlx::query::<Any>("VACUUM INTO $1").bind(to).execute(&mut connection).await?;
    connection.close().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{temporary, user};
    use crate::store::{KeptValue, Store, Write};

    #[tokio::test]
    async fn a_copy_holds_what_the_original_does_while_that_is_in_use() {
        let (store, folder) = temporary().await;
        let original = StoreUrl::SqliteFile(folder.path().join("store.db"));
        let kept = KeptValue { slot: "externalId".into(), value: "e-1".into(), app: None };
        let KeptValue { slot, value, app } = kept.clone();
        store.commit(vec![Write::Keep { resource: user("1"), slot, value, app }]).await.unwrap();
        let copy = folder.path().join("copy.db");
        assert!(snapshot(&original, &copy).await.unwrap());
        let copied = Store::open(&StoreUrl::SqliteFile(copy)).await.unwrap();
        assert_eq!(copied.kept(&user("1")).await.unwrap(), [kept]);
        let absent = StoreUrl::SqliteFile(folder.path().join("absent.db"));
        assert!(!snapshot(&absent, &folder.path().join("no.db")).await.unwrap());
    }
}
