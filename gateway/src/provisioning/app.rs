//! The open connector, in the ids that the client knows.
//!
//! A SCIM id is the app's own id (ARCHITECTURE.md, law 8), except where the app destroyed an account and another was created for the
//! same client's user. Here, and nowhere else, one is exchanged for the other: the id of the resource, and the ids of
//! others in its document. An instance whose app removes nothing has no such ids and asks the store for none.

use super::checked_page::CheckedPage;
use super::group_lists::GroupLists;
use super::instance::Instance;
use super::kind::Kind;
use super::refusal::Refusal;
use super::request::Caller;
use crate::connectors::{Call, CallLimits, Contradiction, Document, Query, Step, Stored};
use crate::egress::AppCall;
use crate::mapping::{AppChange, Budget, Work, ids_in, replace_ids};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// One operation's connector.
pub(super) struct App<'a> {
    pub(super) call: Call,
    /// What the mapping of this operation may still cost; it shares the connector's processor time.
    pub(super) budget: Budget,
    /// Whether the groups of users must be known to choose and to sort.
    pub(super) needs_groups: bool,
    /// The groups of users, once they were looked for.
    pub(super) groups: Option<GroupLists>,
    pub(super) instance: &'a Instance,
    /// The app's ids that this operation has found and not yet committed.
    fresh: Ids,
    /// The contract's function that was called last.
    pub(super) asked: &'static str,
}

/// Since when a resource is gone. Either way it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deleted {
    Now,
    Before,
}

/// By resource type and id.
type Ids = HashMap<(String, String), String>;

#[derive(Clone, Copy)]
enum Direction {
    ToApp,
    ToClient,
}

/// The mapping and the connector may take the operation's processor time together. The mapping may make twice the bytes of the
/// connector, because that holds the app's documents as text and the gateway as values.
fn budget(limits: &CallLimits, work: Work) -> Budget {
    let bytes = u64::try_from(limits.memory).unwrap_or(u64::MAX).saturating_mul(2);
    Budget::of_operation(limits.cpu, bytes, work)
}

impl<'a> App<'a> {
    /// Opens the connector for one operation.
    pub(super) async fn open(instance: &'a Instance, caller: &Caller) -> Result<Self, Refusal> {
        let call = instance.open(&caller.correlation_id, caller.purpose, caller.trace.clone()).await?;
        Ok(Self::new(instance, call))
    }

    /// The connector that was opened for one operation.
    pub(super) fn new(instance: &'a Instance, call: Call) -> Self {
        let budget = budget(&instance.limits, call.work());
        Self { call, budget, needs_groups: false, groups: None, instance, fresh: HashMap::new(), asked: "" }
    }

    /// The calls that the app got, in order.
    pub(super) fn sends(&self) -> &[AppCall] {
        self.call.sends()
    }

    /// How many resources of the type the app has, if it says so.
    pub(super) async fn total(&mut self, kind: &Kind, omit: Vec<String>) -> Result<Option<u64>, Refusal> {
        let query = Query { limit: 1, omit, ..Query::default() };
        Ok(self.search(kind, query).await?.total)
    }

    /// From now on in this operation, the app knows the resource by that id.
    pub(super) fn bind(&mut self, kind: &Kind, id: &str, app_id: &str) {
        self.fresh.insert((kind.scim.name.clone(), id.to_owned()), app_id.to_owned());
    }

    /// Whether ids may differ at all.
    fn exchanges_ids(&self) -> bool {
        self.instance.gaps.as_ref().is_some_and(|gaps| !gaps.removing.is_empty())
    }

    /// The id by which the app knows a resource.
    pub(super) async fn app_id(&self, kind: &Kind, id: &str) -> Result<String, Refusal> {
        let asked = (kind.scim.name.clone(), id.to_owned());
        let mut ids = self.ids(Direction::ToApp, &[(&asked.0, asked.1.clone())]).await?;
        Ok(ids.remove(&asked).unwrap_or(asked.1))
    }

    /// The ids by which clients know resources of a type.
    pub(super) async fn scim_ids(&self, resource_type: &str, app_ids: Vec<String>) -> Result<Vec<String>, Refusal> {
        let asked: Vec<(&str, String)> = app_ids.iter().map(|id| (resource_type, id.clone())).collect();
        let ids = self.ids(Direction::ToClient, &asked).await?;
        let known = |id: String| ids.get(&(resource_type.to_owned(), id.clone())).cloned().unwrap_or(id);
        Ok(app_ids.into_iter().map(known).collect())
    }

    /// Creates an account; the answer's id is the app's.
    pub(super) async fn create(&mut self, kind: &Kind, document: &Document) -> Result<Stored, Refusal> {
        self.asked = "create";
        self.call.record(|| Step::create(&kind.scim.name, document));
        if !self.exchanges_ids() {
            let stored = self.call.create(&kind.scim.name, document).await;
            return self.answered(kind, stored);
        }
        let ids = self.ids(Direction::ToApp, &kind.mapping.referred(document)).await?;
        let mut document = Cow::Borrowed(document);
        if !ids.is_empty() {
            kind.mapping.replace_referred(document.to_mut(), |kind, id| ids.get(&(kind.into(), id.into())).cloned());
        }
        let stored = self.call.create(&kind.scim.name, &document).await;
        let mut stored = self.answered(kind, stored)?;
        let id = stored.id.clone();
        self.make_known(kind, std::slice::from_mut(&mut stored)).await?;
        Ok(Stored { id, ..stored })
    }

    pub(super) async fn read(&mut self, kind: &Kind, id: &str, omit: &[String]) -> Result<Stored, Refusal> {
        let app_id = self.app_id(kind, id).await?;
        self.asked = "read";
        self.call.record(|| Step::read(&kind.scim.name, &app_id));
        let stored = self.call.read(&kind.scim.name, &app_id, omit).await;
        let stored = self.answered_for(kind, &app_id, stored)?;
        if stored.document.is_none() {
            let contradiction = Contradiction::NoDocument { kind: kind.scim.name.clone(), id: app_id };
            return Err(self.contradicted(contradiction));
        }
        self.known_as(kind, id, stored).await
    }

    pub(super) async fn update(&mut self, kind: &Kind, id: &str, change: &AppChange) -> Result<Stored, Refusal> {
        let change = self.translated(kind, change).await?;
        let app_id = self.app_id(kind, id).await?;
        self.asked = "update";
        self.call.record(|| Step::update(&kind.scim.name, &app_id, &change));
        let stored = self.call.update(&kind.scim.name, &app_id, &change).await;
        let stored = self.answered_for(kind, &app_id, stored)?;
        self.known_as(kind, id, stored).await
    }

    /// Deletes a resource, or finds out that there is none.
    pub(super) async fn delete(&mut self, kind: &Kind, id: &str) -> Result<Deleted, Refusal> {
        let app_id = self.app_id(kind, id).await?;
        self.asked = "delete";
        self.call.record(|| Step::delete(&kind.scim.name, &app_id));
        let outcome = self.call.delete(&kind.scim.name, &app_id).await;
        match outcome.map_err(|error| self.refused(error)) {
            Ok(()) => Ok(Deleted::Now),
            Err(refusal) if refusal.is_not_found() => Ok(Deleted::Before),
            Err(refusal) => Err(refusal),
        }
    }

    pub(super) async fn search(&mut self, kind: &Kind, mut query: Query) -> Result<CheckedPage, Refusal> {
        for comparison in &mut query.comparisons {
            if let Some(resource_type) = kind.mapping.referred_by(&comparison.field) {
                let asked: Vec<_> = ids_in(&comparison.value).into_iter().map(|id| (resource_type, id)).collect();
                let ids = self.ids(Direction::ToApp, &asked).await?;
                replace_ids(&mut comparison.value, &|id| ids.get(&(resource_type.into(), id.into())).cloned());
            }
        }
        self.asked = "search";
        self.call.record(|| Step::search(&kind.scim.name, &query));
        let page = self.call.search(&kind.scim.name, &query).await.map_err(|error| self.refused(error))?;
        self.call.record(|| Step::from_connector(&page.resources));
        let page = CheckedPage::new(kind.abilities.paging.kind, &query, page);
        let mut page = page.map_err(|contradiction| self.contradicted(contradiction))?;
        page.resources.iter().try_for_each(|stored| self.has_content(kind, stored))?;
        self.make_known(kind, &mut page.resources).await?;
        Ok(page)
    }

    /// The change in the ids that the app knows; a copy only where ids differ.
    async fn translated<'c>(&self, kind: &Kind, change: &'c AppChange) -> Result<Cow<'c, AppChange>, Refusal> {
        let unchanged = Cow::Borrowed(change);
        if !self.exchanges_ids() {
            return Ok(unchanged);
        }
        let mut asked = Vec::new();
        let mut ask = |field: &str, values: &[Value]| {
            let Some(resource_type) = kind.mapping.referred_by(field) else { return };
            asked.extend(values.iter().flat_map(ids_in).map(|id| (resource_type, id)));
        };
        for (path, value) in &change.fields {
            ask(path, value.as_slice());
        }
        for items in &change.items {
            ask(&items.path, &items.added);
            ask(&items.path, &items.removed);
        }
        let ids = self.ids(Direction::ToApp, &asked).await?;
        if ids.is_empty() {
            return Ok(unchanged);
        }
        let replace = |field: &str, value: &mut Value| {
            let Some(resource_type) = kind.mapping.referred_by(field) else { return };
            replace_ids(value, &|id| ids.get(&(resource_type.into(), id.into())).cloned());
        };
        let mut change = change.clone();
        for (path, value) in &mut change.fields {
            value.iter_mut().for_each(|value| replace(path, value));
        }
        for items in &mut change.items {
            items.added.iter_mut().chain(&mut items.removed).for_each(|value| replace(&items.path, value));
        }
        Ok(Cow::Owned(change))
    }

    async fn known_as(&self, kind: &Kind, id: &str, mut stored: Stored) -> Result<Stored, Refusal> {
        self.make_known(kind, std::slice::from_mut(&mut stored)).await?;
        Ok(Stored { id: id.to_owned(), ..stored })
    }

    /// Puts what the app answered into the ids that clients know.
    async fn make_known(&self, kind: &Kind, resources: &mut [Stored]) -> Result<(), Refusal> {
        if !self.exchanges_ids() {
            return Ok(());
        }
        let mut asked: Vec<(&str, String)> =
            resources.iter().map(|stored| (kind.scim.name.as_str(), stored.id.clone())).collect();
        let documents = resources.iter().filter_map(|stored| stored.document.as_ref());
        asked.extend(documents.flat_map(|document| kind.mapping.referred(document)));
        let ids = self.ids(Direction::ToClient, &asked).await?;
        if ids.is_empty() {
            return Ok(());
        }
        let known = |resource_type: &str, id: &str| ids.get(&(resource_type.into(), id.into())).cloned();
        for stored in resources {
            if let Some(id) = known(&kind.scim.name, &stored.id) {
                stored.id = id;
            }
            if let Some(document) = &mut stored.document {
                kind.mapping.replace_referred(document, known);
            }
        }
        Ok(())
    }

    /// Those of the ids that are others on the other side.
    async fn ids(&self, direction: Direction, asked: &[(&str, String)]) -> Result<Ids, Refusal> {
        let mut found = HashMap::new();
        let Some(gaps) = &self.instance.gaps else { return Ok(found) };
        for kind in &gaps.removing {
            let ids: Vec<&str> = asked.iter().filter(|(name, _)| name == kind).map(|(_, id)| id.as_str()).collect();
            let (store, instance) = (&self.instance.store, &*self.instance.name);
            let bound = match direction {
                Direction::ToApp => store.app_ids(instance, kind, &ids).await?,
                Direction::ToClient => store.scim_ids(instance, kind, &ids).await?,
            };
            found.extend(bound.into_iter().map(|(id, other)| ((kind.clone(), id), other)));
        }
        for ((kind, id), app_id) in &self.fresh {
            let (id, other) = match direction {
                Direction::ToApp => (id, app_id),
                Direction::ToClient => (app_id, id),
            };
            if asked.iter().any(|(asked_kind, asked)| *asked_kind == kind.as_str() && asked == id) {
                found.insert((kind.clone(), id.clone()), other.clone());
            }
        }
        Ok(found)
    }
}
