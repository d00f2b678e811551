//! The contract's functions for resources.

use super::bindings::scim_gateway::connector::types as wit;
use super::call::Call;
use super::call_error::CallError;
use super::convert;
use super::values::{AppChange, Document, Query, SearchPage, Stored};
use tokio::time::timeout_at;

impl Call {
    /// Checks whether the app accepts the base URL and the credential.
    ///
    /// # Errors
    /// [`CallError`], as for every function of a call.
    pub async fn check(&mut self) -> Result<(), CallError> {
        self.begin("check").await?;
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_check(&mut self.store)).await;
        self.settle("check", answer, |_, ()| Ok(()))
    }

    /// Creates a resource of a type such as `User`.
    ///
    /// # Errors
    /// [`CallError`]; a duplicate is a fault 409 `uniqueness`.
    pub async fn create(&mut self, kind: &str, document: &Document) -> Result<Stored, CallError> {
        self.begin("create").await?;
        let text = convert::text(document);
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_create(&mut self.store, kind, &text)).await;
        self.settle("create", answer, convert::stored)
    }

    /// Reads a resource; the answer need not contain the fields in `omit`.
    ///
    /// # Errors
    /// [`CallError`]; an unknown id is a fault 404.
    pub async fn read(&mut self, kind: &str, id: &str, omit: &[String]) -> Result<Stored, CallError> {
        self.begin("read").await?;
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_read(&mut self.store, kind, id, omit)).await;
        self.settle("read", answer, convert::stored)
    }

    /// Applies a change.
    ///
    /// # Errors
    /// [`CallError`]; an unknown id is a fault 404.
    pub async fn update(&mut self, kind: &str, id: &str, change: &AppChange) -> Result<Stored, CallError> {
        self.begin("update").await?;
        let change = convert::change(change);
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_update(&mut self.store, kind, id, &change)).await;
        self.settle("update", answer, convert::stored)
    }

    /// Deletes a resource; it is no error if it no longer exists.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete(&mut self, kind: &str, id: &str) -> Result<(), CallError> {
        self.begin("delete").await?;
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_delete(&mut self.store, kind, id)).await;
        self.settle("delete", answer, |_, ()| Ok(()))
    }

    /// One page of the resources that match; it may contain others, too.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn search(&mut self, kind: &str, query: &Query) -> Result<SearchPage, CallError> {
        self.begin("search").await?;
        let limit = query.limit;
        let query = convert::query(query);
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_search(&mut self.store, kind, &query)).await;
        self.settle("search", answer, |function, page| convert::page(function, page, limit))
    }

    /// The connector's description of itself.
    pub(crate) async fn describe(&mut self) -> Result<String, CallError> {
        self.begin("describe").await?;
        let guest = self.exports.scim_gateway_connector_descriptor();
        let answer = timeout_at(self.deadline, guest.call_describe(&mut self.store)).await;
        self.settle::<_, wit::Fault, _>("describe", answer.map(|done| done.map(Ok)), |_, text| Ok(text))
    }
}
