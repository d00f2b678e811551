//! In-memory index of resources that have rows: most have none, and then looking for them costs no query.
//!
//! Only on SQLite, where this process is the only writer. An entry whose rows are gone costs a query; a resource that has rows is
//! always in the index.

use crate::error::StoreError;
use futures_util::TryStreamExt as _;
use sqlx::{Any, AnyPool};
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The ids of resources that have kept attributes.
    pub(crate) kept: Entries,
    /// The slots that are kept of any resource.
    pub(crate) kept_slots: Entries,
    /// The resource types that pending references refer to, under the empty text.
    pub(crate) awaited: Entries,
}

#[derive(Debug, Default)]
pub(crate) struct Entries(RwLock<ByType>);

/// Texts by instance and resource type; nested so that a lookup copies nothing.
type ByType = HashMap<String, HashMap<String, HashSet<Box<str>>>>;

impl Entries {
    /// Adds every row of a statement that selects instance, resource type and text.
    pub(crate) async fn load(&self, pool: &AnyPool, statement: &'static str) -> Result<(), StoreError> {
        let mut rows = sqlx::query_as::<Any, (String, String, String)>(statement).fetch(pool);
        while let Some((instance, resource_type, text)) = rows.try_next().await? {
            self.add(&instance, &resource_type, &text);
        }
        Ok(())
    }

    pub(crate) fn contains(&self, instance: &str, resource_type: &str, text: &str) -> bool {
        let texts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        texts.get(instance).and_then(|types| types.get(resource_type)).is_some_and(|texts| texts.contains(text))
    }

    pub(crate) fn add(&self, instance: &str, resource_type: &str, text: &str) {
        if self.contains(instance, resource_type, text) {
            return;
        }
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let types = texts.entry(instance.to_owned()).or_default();
        types.entry(resource_type.to_owned()).or_default().insert(text.into());
    }

    pub(crate) fn remove(&self, instance: &str, resource_type: &str, text: &str) {
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = texts.get_mut(instance).and_then(|types| types.get_mut(resource_type)) {
            texts.remove(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::Store;
    use crate::store_url::StoreUrl;
    use crate::testing::{temporary, user};
    use crate::write::Write;
    use serde_json::json;

    #[tokio::test]
    async fn looking_for_what_no_resource_has_costs_no_query_also_after_a_restart() {
        let (store, folder) = temporary().await;
        let keep = Write::Keep { resource: user("1"), slot: "title".to_owned(), value: json!("x"), app: None };
        let (slot, refers_to, value) = ("manager".to_owned(), "User".to_owned(), "2".to_owned());
        let wait = Write::Await { resource: user("1"), slot, refers_to, value };
        store.commit(vec![keep, wait]).await.unwrap();
        let check = async |store: &Store| {
            store.reader().pool.close().await;
            for (slot, costs) in [("title", true), ("userName", false)] {
                assert_eq!(store.find_kept("acme", "User", slot, &json!("x")).await.is_err(), costs, "{slot}");
            }
            for (refers_to, costs) in [("User", true), ("Group", false)] {
                assert_eq!(store.awaiting("acme", refers_to, &["2"]).await.is_err(), costs, "{refers_to}");
            }
        };
        check(&store).await;
        store.close().await;
        let url = StoreUrl::SqliteFile(folder.path().join("store.db"));
        check(&Store::open(&url).await.unwrap()).await;
    }

    async fn costs_a_query(store: &Store, id: &str) -> bool {
        store.kept(&user(id)).await.is_err()
    }

    #[tokio::test]
    async fn a_resource_of_which_nothing_is_kept_costs_no_query() {
        let (store, _folder) = temporary().await;
        let keep = |id| Write::Keep { resource: user(id), slot: "title".to_owned(), value: json!("x"), app: None };
        store.commit(vec![keep("kept"), keep("forgotten"), keep("again")]).await.unwrap();
        store.commit(vec![Write::Forget(user("forgotten")), Write::Forget(user("again"))]).await.unwrap();
        store.commit(vec![keep("again")]).await.unwrap();
        // A query fails from here on.
        store.reader().pool.close().await;
        for (id, asked) in [("absent", false), ("kept", true), ("forgotten", false), ("again", true)] {
            assert_eq!(costs_a_query(&store, id).await, asked, "{id}");
        }
    }
}
