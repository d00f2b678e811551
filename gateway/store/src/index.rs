//! For what there are rows, in memory: of most resources there are none, and then looking for them costs no query.
//!
//! Only on SQLite, where this process is the only writer. What is known may have no rows any more, which costs a query; what
//! has rows is always known.

use super::StoreError;
use super::effects::Effects;
use futures_util::TryStreamExt as _;
use sqlx::{Any, AnyPool};
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

/// Texts by instance and resource type; nested so that looking up copies nothing.
type ByType = HashMap<String, HashMap<String, HashSet<Box<str>>>>;

#[derive(Debug, Default)]
pub(super) struct Known {
    /// The ids of resources of which something is kept.
    kept: Texts,
    /// The slots of which some resource's value is kept.
    slots: Texts,
    /// The resource types for which references wait, and in the place of a text the type alone.
    awaited: Texts,
}

#[derive(Debug, Default)]
struct Texts(RwLock<ByType>);

impl Known {
    /// What the database knows at the start.
    pub(super) async fn load(pool: &AnyPool) -> Result<Self, StoreError> {
        let known = Self::default();
        for (texts, statement) in [
            (&known.kept, "SELECT DISTINCT instance, resource_type, id FROM kept"),
            (&known.slots, "SELECT DISTINCT instance, resource_type, slot FROM kept"),
            (&known.awaited, "SELECT DISTINCT instance, refers_to, '' FROM awaited"),
        ] {
            let mut rows = sqlx::query_as::<Any, (String, String, String)>(statement).fetch(pool);
            while let Some((instance, resource_type, text)) = rows.try_next().await? {
                texts.add(&instance, &resource_type, &text);
            }
        }
        Ok(known)
    }

    /// Whether something may be kept of a resource.
    pub(super) fn keeps(&self, instance: &str, resource_type: &str, id: &str) -> bool {
        self.kept.contains(instance, resource_type, id)
    }

    /// Whether a value of the slot may be kept of any resource.
    pub(super) fn keeps_any(&self, instance: &str, resource_type: &str, slot: &str) -> bool {
        self.slots.contains(instance, resource_type, slot)
    }

    /// Whether references to resources of a type may wait.
    pub(super) fn awaits_any(&self, instance: &str, refers_to: &str) -> bool {
        self.awaited.contains(instance, refers_to, "")
    }

    /// Knows what is about to be written. A commit whose end is never learnt may have come through.
    pub(super) fn foresee(&self, effects: &Effects<'_>) {
        for (key, effect) in effects.resources() {
            let (instance, resource_type) = (key.instance, key.resource_type);
            for slot in effect.kept_slots() {
                self.kept.add(instance, resource_type, key.id);
                self.slots.add(instance, resource_type, slot);
            }
            effect.awaited_types().for_each(|refers_to| self.awaited.add(instance, refers_to, ""));
        }
    }

    /// Forgets what was committed as forgotten.
    pub(super) fn follow(&self, effects: &Effects<'_>) {
        for (key, effect) in effects.resources() {
            if effect.forgotten && effect.kept_slots().next().is_none() {
                self.kept.remove(key.instance, key.resource_type, key.id);
            }
        }
    }
}

impl Texts {
    fn contains(&self, instance: &str, resource_type: &str, text: &str) -> bool {
        let texts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        texts.get(instance).and_then(|types| types.get(resource_type)).is_some_and(|texts| texts.contains(text))
    }

    fn add(&self, instance: &str, resource_type: &str, text: &str) {
        if self.contains(instance, resource_type, text) {
            return;
        }
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let types = texts.entry(instance.to_owned()).or_default();
        types.entry(resource_type.to_owned()).or_default().insert(text.into());
    }

    fn remove(&self, instance: &str, resource_type: &str, text: &str) {
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = texts.get_mut(instance).and_then(|types| types.get_mut(resource_type)) {
            texts.remove(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{temporary, user};
    use super::super::{Store, Write};
    use crate::config::StoreUrl;
    use serde_json::json;

    #[tokio::test]
    async fn looking_for_what_no_resource_has_costs_no_query_also_after_a_restart() {
        let (store, folder) = temporary().await;
        let keep = Write::Keep { resource: user("1"), slot: "title".to_owned(), value: json!("x"), app: None };
        let (slot, refers_to, value) = ("manager".to_owned(), "User".to_owned(), "2".to_owned());
        let wait = Write::Await { resource: user("1"), slot, refers_to, value };
        store.commit(vec![keep, wait]).await.unwrap();
        let check = async |store: &Store| {
            store.shared.readers.close().await;
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
        store.shared.readers.close().await;
        for (id, asked) in [("absent", false), ("kept", true), ("forgotten", false), ("again", true)] {
            assert_eq!(costs_a_query(&store, id).await, asked, "{id}");
        }
    }
}
