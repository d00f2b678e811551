//! Everything that can be written.

use crate::generation::Generation;
use crate::inactive_resource::{Inactive, Phase};
use crate::key::{GroupKey, ResourceKey};
use crate::log::entry::LogEntry;
use crate::rail_write::RailWrite;
use serde_json::Value;

/// One change of what is remembered.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Keeps an attribute's value.
    Keep {
        /// The resource that has the attribute.
        resource: ResourceKey,
        /// The attribute, as the mapping writes it.
        slot: String,
        /// The value, as the client sent it.
        value: Value,
        /// What the app's field contained at that time, if the app has one.
        app: Option<Value>,
    },
    /// Forgets an attribute's value.
    Drop {
        /// The resource that has the attribute.
        resource: ResourceKey,
        /// The attribute, as the mapping writes it.
        slot: String,
    },
    /// Remembers a reference to a resource that does not exist yet.
    Await {
        /// The referring resource.
        resource: ResourceKey,
        /// The referring attribute, as the mapping writes it.
        slot: String,
        /// The resource type that is referred to.
        refers_to: String,
        /// The identifier that the client sent.
        value: String,
    },
    /// Forgets a pending reference: it was written, changed or cleared.
    Resolved {
        /// The referring resource.
        resource: ResourceKey,
        /// The referring attribute.
        slot: String,
    },
    /// Forgets all kept attributes and pending references of a resource.
    Forget(ResourceKey),
    /// Sets a value of a connector's state.
    SetState {
        /// The connector's instance.
        instance: String,
        /// The connector's key.
        name: String,
        /// The connector's value.
        value: String,
    },
    /// Adds a secret of the gateway's own, unless it exists already.
    Secret {
        /// Its name.
        name: &'static str,
        /// Its value, as text.
        value: String,
    },
    /// Remembers that a generation of an instance is served from now on.
    Generation {
        /// The instance's name.
        instance: String,
        /// The generation.
        generation: Generation,
    },
    /// Deletes a value of a connector's state.
    DeleteState {
        /// The connector's instance.
        instance: String,
        /// The connector's key.
        name: String,
    },
    /// Changes data that the app destroys, or requested memberships.
    Standing(StandingWrite),
    /// Changes a guard rail's data.
    Rail(RailWrite),
    /// Adds a row to the provisioning log that is committed together with the other writes.
    Log(Box<LogEntry>),
}

impl Write {
    /// The row of the provisioning log that it adds, if it does.
    pub(crate) fn logged(&self) -> Option<&LogEntry> {
        match self {
            Self::Log(entry) => Some(entry),
            _ => None,
        }
    }
}

/// One change of data that the app destroys, or of requested memberships.
#[derive(Debug, Clone, PartialEq)]
pub enum StandingWrite {
    /// Binds a SCIM id to the app's id; none where they are the same.
    Bind {
        /// The resource, by its SCIM id.
        resource: ResourceKey,
        /// The app's id.
        app_id: Option<String>,
    },
    /// Remembers an inactive resource.
    Inactive {
        /// The instance's name.
        instance: String,
        /// The resource type's name.
        resource_type: String,
        /// The resource.
        inactive: Inactive,
    },
    /// Moves an inactive resource to another phase; without effect on others.
    Phase(ResourceKey, Phase),
    /// Forgets an inactive resource, because it is active again.
    Active(ResourceKey),
    /// Forgets all of a resource that no longer exists: its binding, its inactive state and its memberships.
    Ended(ResourceKey),
    /// Remembers a group; the first time determines its place in the order.
    Group(GroupKey),
    /// Forgets a group that no longer exists, and its memberships.
    GroupEnded(GroupKey),
    /// Adds a requested membership.
    Member {
        /// The group.
        group: GroupKey,
        /// The user's id.
        user: String,
        /// Whether the app does not know the user yet.
        pending: bool,
    },
    /// Removes a requested membership.
    NoMember {
        /// The group.
        group: GroupKey,
        /// The user's id.
        user: String,
    },
}
