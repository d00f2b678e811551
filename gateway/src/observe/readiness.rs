//! Whether the gateway can do its work, and which of its components cannot.

use crate::egress::Circuit;
use serde::Serialize;
use std::collections::BTreeMap;

/// The state of one instance, connector or other component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ComponentState {
    /// It works.
    Ready,
    /// It does not work as it should, e.g. its app does not respond; the gateway as a whole stays ready for the others.
    Degraded {
        /// Why, for the operator; no secrets.
        reason: String,
    },
    /// It does not work, and neither does anything that needs it.
    Failed {
        /// Why, for the operator; no secrets.
        reason: String,
    },
}

/// What `/readyz` shows, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Components {
    /// The connectors.
    pub connectors: BTreeMap<String, ComponentState>,
    /// The instances.
    pub instances: BTreeMap<String, ComponentState>,
    /// What all instances share, e.g. `store`.
    pub shared: BTreeMap<String, ComponentState>,
}

impl Components {
    /// Whether nothing has failed.
    pub fn ready(&self) -> bool {
        let all = self.connectors.values().chain(self.instances.values()).chain(self.shared.values());
        !all.into_iter().any(|state| matches!(state, ComponentState::Failed { .. }))
    }
}

/// Knows whether the gateway can do its work. Answers from memory, without waiting.
pub trait Readiness: Send + Sync + 'static {
    /// The current state of everything.
    fn components(&self) -> Components;

    /// The state of each instance's circuit breaker.
    fn circuits(&self) -> Vec<(String, Circuit)> {
        Vec::new()
    }
}
