//! Which resources have kept values, in memory: of most there are none, and then a read costs no query.
//!
//! Only on SQLite, where this process is the only writer. A resource may be known of which nothing is kept any more, which
//! costs a query; one of which something is kept is always known.

use super::StoreError;
use super::effects::Effects;
use futures_util::TryStreamExt as _;
use sqlx::{Any, AnyPool};
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

/// Ids by instance and resource type; nested so that looking up copies nothing.
type Ids = HashMap<String, HashMap<String, HashSet<Box<str>>>>;

#[derive(Debug, Default)]
pub(super) struct Known(RwLock<Ids>);

impl Known {
    /// What the database knows at the start.
    pub(super) async fn load(pool: &AnyPool) -> Result<Self, StoreError> {
        let known = Self::default();
        let mut rows =
            sqlx::query_as::<Any, (String, String, String)>("SELECT DISTINCT instance, resource_type, id FROM kept")
                .fetch(pool);
        while let Some((instance, resource_type, id)) = rows.try_next().await? {
            known.add(&instance, &resource_type, &id);
        }
        Ok(known)
    }

    pub(super) fn contains(&self, instance: &str, resource_type: &str, id: &str) -> bool {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ids.get(instance).and_then(|types| types.get(resource_type)).is_some_and(|ids| ids.contains(id))
    }

    /// Follows what was committed.
    pub(super) fn follow(&self, effects: &Effects<'_>) {
        for (key, effect) in effects.resources() {
            if effect.keeps() {
                self.add(key.instance, key.resource_type, key.id);
            } else if effect.forgotten {
                self.remove(key.instance, key.resource_type, key.id);
            }
        }
    }

    fn add(&self, instance: &str, resource_type: &str, id: &str) {
        if self.contains(instance, resource_type, id) {
            return;
        }
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let types = ids.entry(instance.to_owned()).or_default();
        types.entry(resource_type.to_owned()).or_default().insert(id.into());
    }

    fn remove(&self, instance: &str, resource_type: &str, id: &str) {
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(ids) = ids.get_mut(instance).and_then(|types| types.get_mut(resource_type)) {
            ids.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{temporary, user};
    use super::super::{Store, Write};
    use serde_json::json;

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
        store.shared.readers.close().await;
        for (id, asked) in [("absent", false), ("kept", true), ("forgotten", false), ("again", true)] {
            assert_eq!(costs_a_query(&store, id).await, asked, "{id}");
        }
    }
}
