//! Accounts that a first sign-in created, or was about to create, whose groups may still be missing.
//!
//! The mark is set before the account is created and removed once it is in its groups, so a gateway or an app that fails in between
//! leaves it. It stands in the state of the instance's connector, under a name that is too long for a connector to read or write.

use crate::connectors::MAX_KEY;
use crate::store::{Store, StoreError, Write};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The marks of one instance.
#[derive(Debug)]
pub(super) struct Unfinished {
    store: Store,
    instance: Arc<str>,
}

impl Unfinished {
    pub(super) fn new(store: Store, instance: Arc<str>) -> Self {
        Self { store, instance }
    }

    /// Marks the account with this address.
    pub(super) async fn mark(&self, email: &str) -> Result<(), StoreError> {
        let (instance, name) = (self.instance.to_string(), name(email));
        self.store.commit(vec![Write::SetState { instance, name, value: String::new() }]).await
    }

    /// Whether the account with this address is marked.
    pub(super) async fn is_marked(&self, email: &str) -> Result<bool, StoreError> {
        self.store.state(&self.instance, u64::MAX).get(&name(email)).await.map(|mark| mark.is_some())
    }

    /// Removes the mark of the account with this address.
    pub(super) async fn forget(&self, email: &str) -> Result<(), StoreError> {
        let (instance, name) = (self.instance.to_string(), name(email));
        self.store.commit(vec![Write::DeleteState { instance, name }]).await
    }
}

/// Addresses that differ only in case are one account. The address itself need not be kept for this.
fn name(email: &str) -> String {
    let hash = Sha256::digest(email.to_lowercase());
    format!("{:-<MAX_KEY$} {hash:x}", "first-sign-in")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::temporary;

    #[test]
    fn no_connector_can_write_such_a_name() {
        assert!(name("ada@example.com").len() > MAX_KEY && !name("ada@example.com").contains("ada"));
        assert_eq!(name("Ada@Example.com"), name("ada@example.com"));
    }

    #[tokio::test]
    async fn a_mark_belongs_to_one_address_of_one_instance_and_outlives_the_gateway() {
        let (store, _folder) = temporary().await;
        let acme = Unfinished::new(store.clone(), "acme".into());
        acme.mark("ada@example.com").await.expect("marked");
        let (again, globex) = (Unfinished::new(store.clone(), "acme".into()), Unfinished::new(store, "globex".into()));
        assert!(again.is_marked("Ada@example.com").await.expect("read"));
        assert!(!again.is_marked("eve@example.com").await.expect("read"));
        assert!(!globex.is_marked("ada@example.com").await.expect("read"));
        again.forget("ada@example.com").await.expect("forgotten");
        assert!(!acme.is_marked("ada@example.com").await.expect("read"));
    }
}
