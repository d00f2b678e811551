//! The instances of a configuration: all built aside and checked before any of them serves.

mod accounts;
mod build;
mod change;
mod live;
mod load;
mod mapping;
mod shared;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clients::{Client, Hints};
use crate::config::{ConnectorName, Fingerprint, InstanceName};
use crate::connectors::{Connector, Sha256};
use crate::egress::Circuit;
use crate::jit::SignIn;
use crate::provisioning::Instance;
use crate::server::{Access, InFlight, PartState, Parts, Readiness};

pub use accounts::ProvisionedAccounts;
pub use build::{Built, build};
pub use change::{Change, Subject, What};
pub use live::Live;
pub use shared::{Shared, SharedError};
pub use versions::{Began, Version, VersionError, Versions};

/// The instances that serve, and who may call them.
#[derive(Debug)]
pub struct Instances {
    /// Whose tokens are good where.
    pub access: Access,
    hosted: BTreeMap<InstanceName, Arc<Hosted>>,
    /// Those that could not be built and never were: the first of their mistakes.
    unbuilt: BTreeMap<InstanceName, String>,
    connectors: BTreeMap<ConnectorName, Arc<Connector>>,
}

/// One instance and whose dialect it expects.
#[derive(Debug)]
pub struct Hosted {
    /// Ready to serve.
    pub instance: Arc<Instance>,
    /// Its share of what the gateway does at once.
    pub in_flight: InFlight,
    client: Option<Client>,
    sign_in: Option<Arc<SignIn<ProvisionedAccounts>>>,
    recipe: Recipe,
}

/// What an instance was built from. Equal recipes give equal instances, so the second is not built.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Recipe {
    fingerprint: Fingerprint,
    connector: Sha256,
    /// Of the operator's document; the connector's own is part of the connector.
    mapping: Option<Sha256>,
}

impl Instances {
    fn new(
        hosted: BTreeMap<InstanceName, Arc<Hosted>>,
        unbuilt: BTreeMap<InstanceName, String>,
        connectors: BTreeMap<ConnectorName, Arc<Connector>>,
        access: Access,
    ) -> Self {
        Self { access, hosted, unbuilt, connectors }
    }

    /// The instance of that name.
    #[must_use]
    pub fn get(&self, name: &InstanceName) -> Option<&Arc<Hosted>> {
        self.hosted.get(name)
    }

    /// Whether an instance was built on that version of its connector.
    fn runs_on(&self, instance: &InstanceName, connector: &Sha256) -> bool {
        self.get(instance).is_some_and(|hosted| hosted.recipe.connector == *connector)
    }

    /// Where people sign in whose accounts this instance creates.
    #[must_use]
    pub fn sign_in(&self, name: &str) -> Option<Arc<SignIn<ProvisionedAccounts>>> {
        self.hosted.get(name)?.sign_in.clone()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&InstanceName, &Arc<Hosted>)> {
        self.hosted.iter()
    }
}

impl Hosted {
    /// An app that does not answer is no reason to take the gateway away from the others, nor is a guard rail that stands: it
    /// refuses some of what a client asks for, and the rest is served.
    fn state(&self) -> PartState {
        let mut reasons = self.instance.guard_rails.tripped();
        reasons.extend(self.instance.circuit().open);
        match reasons {
            reasons if reasons.is_empty() => PartState::Ready,
            reasons => PartState::Degraded { reason: reasons.join("; ") },
        }
    }

    /// The client that is speaking: as configured, or told from its request.
    #[must_use]
    pub fn client(&self, hints: Hints<'_>) -> Client {
        self.client.map_or_else(|| Client::recognise(hints), |client| client.with(hints))
    }
}

impl Readiness for Instances {
    fn parts(&self) -> Parts {
        let hosted = self.hosted.iter().map(|(name, hosted)| (name.to_string(), hosted.state()));
        let unbuilt = self.unbuilt.iter().map(|(name, reason)| (name.to_string(), reason.clone()));
        Parts {
            connectors: self.connectors.keys().map(|name| (name.to_string(), PartState::Ready)).collect(),
            instances: hosted.chain(unbuilt.map(|(name, reason)| (name, PartState::Degraded { reason }))).collect(),
            shared: BTreeMap::new(),
        }
    }

    fn circuits(&self) -> Vec<(String, Circuit)> {
        self.hosted.iter().map(|(name, hosted)| (name.to_string(), hosted.instance.circuit())).collect()
    }
}
