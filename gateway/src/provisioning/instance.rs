//! One instance ready to serve: a connector with its settings, credential and mapping.

use super::gaps::{Gaps, Members};
use super::instance_rails::GuardRails;
use super::kind::Kind;
use super::state::StoredState;
use super::turns::{TurnKey, TurnTable};
use crate::config::GroupPolicy;
use crate::connectors::{Call, CallContext, CallError, CallLimits, Connector, Document, InstanceShare, Trace};
use crate::egress::{Circuit, Egress, Purpose};
use crate::store::{ResourceKey, Store, StoreError};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// What an instance is made of.
#[derive(Debug)]
pub struct Parts {
    /// Its name, the first segment of its URL.
    pub name: Arc<str>,
    /// Its connector.
    pub connector: Arc<Connector>,
    /// Its resource types with their mappings; instances of the same connector and mapping share them.
    pub kinds: Arc<[Kind]>,
    /// Its settings, with the declared defaults filled in.
    pub settings: Arc<Document>,
    /// Its way to the app.
    pub egress: Arc<Egress>,
    /// What an operation may use.
    pub limits: CallLimits,
    /// What all its operations together may use of what all instances share.
    pub share: InstanceShare,
    /// What the gateway remembers.
    pub store: Store,
    /// Bytes that the connector's state may take.
    pub state_bytes: u64,
    /// Which group a user is in, where the app has one group per user.
    pub group_policy: GroupPolicy,
    /// The turns of all instances' resources.
    pub turns: TurnTable,
    /// How much may be removed before the operator is asked.
    pub guard_rails: GuardRails,
}

/// One instance, ready to serve.
pub struct Instance {
    /// The first segment of its URL.
    pub name: Arc<str>,
    /// Its connector.
    pub connector: Arc<Connector>,
    pub(super) store: Store,
    pub(super) turns: TurnTable,
    /// `None` where the app holds all that it is given.
    pub(super) gaps: Option<Gaps>,
    /// How much may be removed before the operator is asked.
    pub guard_rails: GuardRails,
    kinds: Arc<[Kind]>,
    settings: Arc<Document>,
    egress: Arc<Egress>,
    pub(super) limits: CallLimits,
    share: InstanceShare,
    state_bytes: u64,
}

impl Instance {
    /// Puts an instance together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { name, connector, kinds, settings, egress, limits, share, store, state_bytes, .. } = parts;
        let Parts { group_policy, turns, guard_rails, .. } = parts;
        let gaps = Gaps::of(&kinds, group_policy);
        Self { name, connector, store, turns, gaps, guard_rails, kinds, settings, egress, limits, share, state_bytes }
    }

    /// The resource types, in the descriptor's order.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The endpoints of the resource types, such as `/Users`.
    pub fn endpoints(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|kind| kind.scim.endpoint.as_str())
    }

    /// The resource type at an endpoint such as `/Users`.
    #[must_use]
    pub fn kind(&self, endpoint: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.scim.endpoint == endpoint)
    }

    /// The resource type whose resources list those of `kind`, where `kind` shows in which it is listed.
    pub(super) fn group_of(&self, kind: &Kind) -> Option<&Kind> {
        self.kinds.iter().find(|group| kind.has_groups && group.lists(kind).is_some())
    }

    /// The resource type of that name, such as `User`.
    pub(super) fn kind_named(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.scim.name == name)
    }

    /// Its settings, with the declared defaults filled in.
    #[must_use]
    pub fn settings(&self) -> &Arc<Document> {
        &self.settings
    }

    /// What the gateway remembers of it.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Its way to the app.
    #[must_use]
    pub fn egress(&self) -> &Arc<Egress> {
        &self.egress
    }

    /// What all its operations together may use of what all instances share.
    #[must_use]
    pub fn share(&self) -> &InstanceShare {
        &self.share
    }

    /// Asks the app whether it accepts the base URL and the credential. The steps are recorded in `trace`.
    ///
    /// # Errors
    /// The connector's fault if the app does not accept them, or why the connector could not tell.
    pub async fn check(&self, trace: Trace) -> Result<(), CallError> {
        self.open("check", Purpose::Live, Some(trace)).await?.check().await
    }

    /// Looks at what other gateways and the operator did to its guard rails.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn watch_guard_rails(&self) -> Result<(), StoreError> {
        self.guard_rails.watch(&self.store, &self.name).await
    }

    /// The state of the circuit breaker to its app.
    #[must_use]
    pub fn circuit(&self) -> Circuit {
        self.egress.circuit()
    }

    /// Opens the connector for one operation, for a purpose that `egress` judges every request by.
    pub(super) async fn open(
        &self,
        correlation_id: &str,
        purpose: Purpose,
        trace: Option<Trace>,
    ) -> Result<Call, CallError> {
        let context = CallContext {
            instance: Arc::clone(&self.name),
            correlation_id: correlation_id.into(),
            settings: Arc::clone(&self.settings),
            egress: Some(Arc::clone(&self.egress)),
            purpose,
            trace,
            state: Arc::new(StoredState(self.store.state(&self.name, self.state_bytes))),
            limits: self.limits.clone(),
            share: self.share.clone(),
        };
        self.connector.open(&context).await
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        self.guard_rails.now()
    }

    /// How users are in groups, where the gateway remembers it.
    pub(super) fn members(&self) -> Option<&Members> {
        self.gaps.as_ref()?.members.as_ref()
    }

    /// The turn to change a resource: a group's comes before its members'.
    pub(super) fn turn(&self, kind: &Kind, id: &str) -> TurnKey {
        match self.members() {
            Some(members) if members.group == kind.scim.name => TurnKey::group(&self.name, &kind.scim.name, id),
            _ => TurnKey::resource(&self.name, &kind.scim.name, id),
        }
    }

    pub(super) fn key(&self, kind: &Kind, id: &str) -> ResourceKey {
        ResourceKey { instance: self.name.to_string(), resource_type: kind.scim.name.clone(), id: id.to_owned() }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("name", &self.name).field("connector", &self.connector).finish_non_exhaustive()
    }
}
