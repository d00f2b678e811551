//! What can be written.

use super::{LogEntry, RailWrite, ResourceKey, StandingWrite};
use serde_json::Value;

/// One thing to remember or to forget.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Keeps an attribute's value.
    Keep {
        /// Whose attribute.
        resource: ResourceKey,
        /// As the mapping writes it.
        slot: String,
        /// As the client sent it.
        value: Value,
        /// What the app's field held at that time, where the app has one.
        app: Option<Value>,
    },
    /// Forgets an attribute's value.
    Drop {
        /// Whose attribute.
        resource: ResourceKey,
        /// As the mapping writes it.
        slot: String,
    },
    /// Remembers a reference to a resource that is not there yet.
    Await {
        /// The resource that refers.
        resource: ResourceKey,
        /// The referring attribute, as the mapping writes it.
        slot: String,
        /// The resource type that is referred to.
        refers_to: String,
        /// The identifier that the client sent.
        value: String,
    },
    /// Forgets a reference that waited: it was written, changed or cleared.
    Resolved {
        /// The resource that refers.
        resource: ResourceKey,
        /// The referring attribute.
        slot: String,
    },
    /// Forgets all about a resource.
    Forget(ResourceKey),
    /// Sets a value of a connector's state.
    SetState {
        /// Whose state.
        instance: String,
        /// The connector's key.
        name: String,
        /// The connector's value.
        value: String,
    },
    /// Makes a secret of the gateway's own, unless it is there already.
    Secret {
        /// What it is for.
        name: &'static str,
        /// As text.
        value: String,
    },
    /// Deletes a value of a connector's state.
    DeleteState {
        /// Whose state.
        instance: String,
        /// The connector's key.
        name: String,
    },
    /// What an app destroys, and who is wanted in which group.
    Standing(StandingWrite),
    /// What happened to a guard rail.
    Rail(RailWrite),
    /// A row of the provisioning log that must not outlive or precede what else is written with it.
    Log(Box<LogEntry>),
}
