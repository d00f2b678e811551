//! Secrets of the gateways' own, made by the first one that needs them.

use super::{Store, StoreError, Write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sqlx::Any;

const CURSOR_KEY: &str = "cursor-key";

impl Store {
    /// The key that authenticates cursors: the same for all gateways on this database, and after a restart.
    pub async fn cursor_key(&self) -> Result<[u8; 32], StoreError> {
        self.shared.cursor_key.get_or_try_init(|| self.make_cursor_key()).await.copied()
    }

    async fn make_cursor_key(&self) -> Result<[u8; 32], StoreError> {
        if let Some(key) = self.read_cursor_key().await? {
            return Ok(key);
        }
        let value = STANDARD.encode(rand::random::<[u8; 32]>());
        self.commit(vec![Write::Secret { name: CURSOR_KEY, value }]).await?;
        self.read_cursor_key().await?.ok_or(StoreError::Closed)
    }

    async fn read_cursor_key(&self) -> Result<Option<[u8; 32]>, StoreError> {
        let text = sqlx::query_scalar::<Any, String>("SELECT value FROM secret WHERE name = $1")
            .bind(CURSOR_KEY)
            .fetch_optional(&self.shared.readers)
            .await?;
        Ok(text.and_then(|text| STANDARD.decode(text).ok()?.try_into().ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use crate::config::StoreUrl;

    #[tokio::test]
    async fn the_key_is_made_once_and_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::SqliteFile(folder.path().join("store.db"));
        let store = Store::open(&url).await.unwrap();
        let (one, other) = tokio::join!(store.cursor_key(), store.cursor_key());
        let key = one.unwrap();
        assert_eq!(other.unwrap(), key);
        assert_ne!(key, [0; 32]);
        store.close().await;
        assert_eq!(Store::open(&url).await.unwrap().cursor_key().await.unwrap(), key);
    }
}
