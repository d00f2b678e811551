//! A copy of the store, for dry runs beside a running gateway.

use crate::database::Database;
use crate::error::StoreError;
use crate::store_url::StoreUrl;
use sqlx::{Any, Connection as _};
use std::path::Path;

/// Copies an SQLite database in its current state to a new file. Returns false where there is nothing to copy: where the database does
/// not exist yet, or is on PostgreSQL, which is too large to copy for one question.
pub async fn snapshot(url: &StoreUrl, to: &Path) -> Result<bool, StoreError> {
    let StoreUrl::SqliteFile(file) = url else { return Ok(false) };
    if !file.is_file() {
        return Ok(false);
    }
    let mut connection = Database::existing(url)?.connect().await?;
    let to = to.to_string_lossy().into_owned();
    sqlx::query::<Any>("VACUUM INTO $1").bind(to).execute(&mut connection).await?;
    connection.close().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept::KeptValue;
    use crate::store::Store;
    use crate::testing::{temporary, user};
    use crate::write::Write;

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
