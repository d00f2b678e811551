//! One instance with what serving it needs.

use super::accounts::ProvisionedAccounts;
use super::host::Host;
use super::known_host::KnownHost;
use crate::admission::InFlight;
use crate::clients::{Client, Hints};
use crate::config::{ConnectorName, Fingerprint};
use crate::connectors::Sha256;
use crate::jit::SignIn;
use crate::observe::ComponentState;
use crate::provisioning::Instance;
use std::sync::Arc;

/// One instance, its share of the gateway's capacity and the client that it serves.
#[derive(Debug)]
pub struct Hosted {
    /// The instance, ready to serve.
    pub instance: Arc<Instance>,
    /// Its share of the concurrent operations.
    pub in_flight: InFlight,
    /// The configured client; `None` detects it from each request.
    pub(super) client: Option<Client>,
    pub(super) sign_in: Option<Arc<SignIn<ProvisionedAccounts>>>,
    pub(super) recipe: Recipe,
}

/// What an instance was built from. Equal recipes give equal instances, so an unchanged one is not built again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipe {
    pub(super) fingerprint: Fingerprint,
    pub(super) connector_name: ConnectorName,
    pub(super) connector: Sha256,
    /// The hash of the operator's document; the connector's own mapping is part of the connector.
    pub(super) mapping: Option<Sha256>,
}

impl Hosted {
    /// Never `Failed`: an app that does not respond must not make the gateway unavailable to the others, nor must a tripped guard
    /// rail, which refuses some requests while the rest is served.
    pub(super) fn state(&self) -> ComponentState {
        let mut reasons = self.instance.guard_rails.tripped();
        reasons.extend(self.instance.circuit().open);
        match reasons {
            reasons if reasons.is_empty() => ComponentState::Ready,
            reasons => ComponentState::Degraded { reason: reasons.join("; ") },
        }
    }

    /// Where it sends its credential.
    #[must_use]
    pub fn host(&self) -> Host {
        Host::of(self.instance.egress().base_url())
    }

    /// Its host, with what its connector says of it.
    pub(super) fn known_host(&self) -> KnownHost {
        KnownHost::new(self.recipe.connector_name.as_str(), &self.instance.connector.descriptor, self.host())
    }

    /// The client that sent a request: as configured, or detected from the request.
    #[must_use]
    pub fn client(&self, hints: Hints<'_>) -> Client {
        self.client.map_or_else(|| Client::detect(hints), |client| client.with(hints))
    }
}
