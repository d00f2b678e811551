//! What an operation works with and never changes: the instance, the resource type, and who asks.

use super::gaps::Members;
use super::instance::Instance;
use super::kind::Kind;
use super::refusal::Refusal;
use super::request::Caller;
use super::turns::TurnKey;
use crate::clients::Profile;
use crate::store::{GroupKey, ResourceKey, Write};
use scim_protocol::projection::Projection;
use scim_protocol::{ComparisonBudget, Conditions, Error};

/// The inputs shared by all steps of one operation on resources of one type.
pub(super) struct Context<'a> {
    pub(super) instance: &'a Instance,
    pub(super) kind: &'a Kind,
    pub(super) projection: Projection,
    caller: &'a Caller,
}

impl<'a> Context<'a> {
    /// Finds the resource type at the endpoint and reads which attributes the client wants.
    pub(super) fn new(instance: &'a Instance, endpoint: &str, caller: &'a Caller) -> Result<Self, Error> {
        let kind = instance.kind(endpoint).ok_or_else(|| {
            let known: Vec<&str> = instance.kinds().iter().map(|kind| kind.scim.endpoint.as_str()).collect();
            Error::not_found(format!("there is no resource type at {endpoint}; known are {}", known.join(" and ")))
        })?;
        let wanted = &caller.projection;
        let projection =
            Projection::parse(&kind.scim, wanted.attributes.as_deref(), wanted.excluded_attributes.as_deref())?;
        Ok(Self { instance, kind, projection, caller })
    }

    /// The client's profile.
    pub(super) const fn profile(&self) -> &'static Profile {
        self.caller.profile
    }

    /// Who asks, and how it wants to be answered.
    pub(super) const fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// What comparing values may still cost.
    pub(super) fn comparisons(&self) -> &'a ComparisonBudget {
        &self.caller.comparisons
    }

    /// The instance's SCIM base URL as the client sees it.
    pub(super) fn base(&self) -> &'a str {
        &self.caller.base
    }

    /// The request's `If-Match` and `If-None-Match`.
    pub(super) const fn conditions(&self) -> &'a Conditions {
        &self.caller.conditions
    }

    /// Whether the client said which attributes it wants, and so must get the resource (RFC 7644 §3.5.2).
    pub(super) const fn chooses_attributes(&self) -> bool {
        self.caller.projection.attributes.is_some() || self.caller.projection.excluded_attributes.is_some()
    }

    /// The members that the resource type has, if the gateway remembers them.
    pub(super) fn members(&self) -> Option<&'a Members> {
        self.instance.members().filter(|members| members.group == self.kind.scim.name)
    }

    pub(super) fn key(&self, id: &str) -> ResourceKey {
        self.instance.key(self.kind, id)
    }

    pub(super) fn group_key(&self, group: &str) -> GroupKey {
        GroupKey { instance: self.instance.name.to_string(), group: group.to_owned() }
    }

    /// The turn to change a resource of the type.
    pub(super) fn turn(&self, id: &str) -> TurnKey {
        self.instance.turn(self.kind, id)
    }

    /// App fields that the client does not want to see and that cost the app something.
    pub(super) fn omitted(&self) -> Vec<String> {
        self.kind.mapping.omit(|slot| self.projection.wants(&slot.path))
    }

    pub(super) async fn commit(&self, writes: Vec<Write>) -> Result<(), Refusal> {
        Ok(self.instance.store.commit(writes).await?)
    }
}
