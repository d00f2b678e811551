//! All instances of one configuration, and who may call them.

use super::accounts::ProvisionedAccounts;
use super::hosted::Hosted;
use crate::admission::Access;
use crate::config::{ConnectorName, InstanceName};
use crate::connectors::{Connector, Sha256};
use crate::egress::Circuit;
use crate::jit::SignIn;
use crate::observe::{ComponentState, Components, Readiness};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The instances that are served together, and who may call them.
#[derive(Debug)]
pub struct InstanceSet {
    /// Which tokens are accepted where.
    pub access: Access,
    pub(super) hosted: BTreeMap<InstanceName, Arc<Hosted>>,
    /// Instances of which no version could be built, each with its first mistake.
    unbuilt: BTreeMap<InstanceName, String>,
    pub(super) connectors: BTreeMap<ConnectorName, Arc<Connector>>,
}

impl InstanceSet {
    pub(super) fn new(
        hosted: BTreeMap<InstanceName, Arc<Hosted>>,
        unbuilt: BTreeMap<InstanceName, String>,
        connectors: BTreeMap<ConnectorName, Arc<Connector>>,
        access: Access,
    ) -> Self {
        Self { access, hosted, unbuilt, connectors }
    }

    /// The instance with that name.
    #[must_use]
    pub fn get(&self, name: &InstanceName) -> Option<&Arc<Hosted>> {
        self.hosted.get(name)
    }

    /// Whether an instance uses that version of its connector.
    pub(super) fn runs_on(&self, instance: &InstanceName, connector: &Sha256) -> bool {
        self.get(instance).is_some_and(|hosted| hosted.recipe.connector == *connector)
    }

    /// The sign-in of an instance that creates accounts at a person's first sign-in.
    #[must_use]
    pub fn sign_in(&self, name: &str) -> Option<Arc<SignIn<ProvisionedAccounts>>> {
        self.hosted.get(name)?.sign_in.clone()
    }

    /// All instances, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&InstanceName, &Arc<Hosted>)> {
        self.hosted.iter()
    }
}

impl Readiness for InstanceSet {
    fn components(&self) -> Components {
        let hosted = self.hosted.iter().map(|(name, hosted)| (name.to_string(), hosted.state()));
        let unbuilt = self.unbuilt.iter().map(|(name, reason)| (name.to_string(), reason.clone()));
        Components {
            connectors: self.connectors.keys().map(|name| (name.to_string(), ComponentState::Ready)).collect(),
            instances: hosted
                .chain(unbuilt.map(|(name, reason)| (name, ComponentState::Degraded { reason })))
                .collect(),
            shared: BTreeMap::new(),
        }
    }

    fn circuits(&self) -> Vec<(String, Circuit)> {
        self.hosted.iter().map(|(name, hosted)| (name.to_string(), hosted.instance.circuit())).collect()
    }
}
