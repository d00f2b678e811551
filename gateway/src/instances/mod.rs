//! The instances of a configuration: all built aside and checked before any of them serves.

mod accounts;
mod build;
mod mapping;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clients::{Client, Hints};
use crate::config::{Config, InstanceName, StoreUrl};
use crate::connectors::{Runtime, RuntimeError, RuntimeLimits};
use crate::egress::{Circuit, Network, tls};
use crate::jit::{HttpLimits, ProviderHttp, SignIn};
use crate::provisioning::Instance;
use crate::server::{Access, InFlight, PartState, Parts, Readiness};
use crate::store::{Store, StoreError};

pub use accounts::ProvisionedAccounts;
pub use build::build;

/// What all instances share.
#[derive(Debug)]
pub struct Shared {
    /// Runs the connectors.
    pub runtime: Runtime,
    /// Connects to the apps.
    pub network: Network,
    /// Connects to the OpenID providers at which people sign in.
    pub provider_http: ProviderHttp,
    /// What the gateway remembers.
    pub store: Store,
}

/// What all instances share cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// The WebAssembly engine.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The connections to the OpenID providers.
    #[error("the HTTP client for OpenID providers cannot be set up: {0}")]
    ProviderHttp(#[from] reqwest::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Shared {
    /// Starts the engine, prepares connections, and opens the store at a URL.
    ///
    /// # Errors
    /// [`SharedError`], whichever cannot be opened.
    pub async fn open(store: &StoreUrl) -> Result<Self, SharedError> {
        Ok(Self {
            runtime: Runtime::new(RuntimeLimits::default())?,
            network: Network::new(),
            provider_http: ProviderHttp::new(tls(None)?, HttpLimits::default())?,
            store: Store::open(store).await?,
        })
    }
}

/// How old the state of a guard rail in `/readyz` may be that changed elsewhere. What a request may do is looked up each time.
const WATCH: Duration = Duration::from_secs(5);

/// The instances that serve, and who may call them.
#[derive(Debug)]
pub struct Instances {
    /// Whose tokens are good where.
    pub access: Access,
    hosted: BTreeMap<InstanceName, Hosted>,
    connectors: Vec<String>,
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
}

impl Instances {
    fn new(config: &Config, hosted: BTreeMap<InstanceName, Hosted>) -> Self {
        let connectors = config.connectors.keys().map(ToString::to_string).collect();
        Self { access: Access::new(config), hosted, connectors }
    }

    /// The instance of that name.
    #[must_use]
    pub fn get(&self, name: &InstanceName) -> Option<&Hosted> {
        self.hosted.get(name)
    }

    /// Where people sign in whose accounts this instance creates.
    #[must_use]
    pub fn sign_in(&self, name: &str) -> Option<Arc<SignIn<ProvisionedAccounts>>> {
        self.hosted.get(name)?.sign_in.clone()
    }

    /// Keeps up with what other gateways and the operator do to guard rails, for ever: `/readyz` answers from memory.
    pub async fn watch_guard_rails(&self) {
        let mut ticks = tokio::time::interval(WATCH);
        loop {
            ticks.tick().await;
            for (name, hosted) in &self.hosted {
                if let Err(error) = hosted.instance.watch_guard_rails().await {
                    tracing::warn!(instance = %name, %error, "the state of the guard rails cannot be read");
                }
            }
        }
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&InstanceName, &Hosted)> {
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
        Parts {
            connectors: self.connectors.iter().map(|name| (name.clone(), PartState::Ready)).collect(),
            instances: self.hosted.iter().map(|(name, hosted)| (name.to_string(), hosted.state())).collect(),
            shared: BTreeMap::new(),
        }
    }

    fn circuits(&self) -> Vec<(String, Circuit)> {
        self.hosted.iter().map(|(name, hosted)| (name.to_string(), hosted.instance.circuit())).collect()
    }
}
