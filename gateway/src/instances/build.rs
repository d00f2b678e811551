//! From configuration to instances. Every mistake that only a loaded connector can show is found here and given its place in
//! the configuration or in the mapping's file.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Hosted, Instances, ProvisionedAccounts, Shared, mapping};
use crate::clients::Client;
use crate::config::{self, ClientChoice, Config, GroupPolicy, InstanceName, Location, Mistake};
use crate::connectors::{AuthKind, AuthMethod, CallLimits, Connector, Document, Memberships, Wasi, resolve_settings};
use crate::egress::{Auth, BaseUrl, BaseUrlError, Egress, EgressConfig, EgressError};
use crate::jit::{Clock, SignIn};
use crate::provisioning::{GuardRails, Instance, Parts};
use crate::server::InFlight;

/// Builds every instance of a configuration.
///
/// # Errors
/// All mistakes, each with its place.
pub async fn build(config: &Config, shared: &Shared) -> Result<Instances, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut connectors = BTreeMap::new();
    for (name, connector) in &config.connectors {
        let closed =
            config.instances.values().any(|instance| instance.connector == *name && instance.wasi == Wasi::Closed);
        let wasi = if closed { Wasi::Closed } else { Wasi::Refused };
        match load(config, name.as_str(), connector, wasi, shared).await {
            Ok(connector) => drop(connectors.insert(name, connector)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let mut hosted = BTreeMap::new();
    for (name, settings) in &config.instances {
        let Some(connector) = connectors.get(&settings.connector) else { continue };
        match (Building { config, name, from: settings, connector, shared }).instance().await {
            Ok(built) => drop(hosted.insert(name.clone(), built)),
            Err(more) => mistakes.extend(more),
        }
    }
    if mistakes.is_empty() { Ok(Instances::new(config, hosted)) } else { Err(mistakes) }
}

async fn load(
    config: &Config,
    name: &str,
    connector: &config::Connector,
    wasi: Wasi,
    shared: &Shared,
) -> Result<Arc<Connector>, Mistake> {
    let file = connector.file.display().to_string();
    let mistake = |problem: String| {
        config.mistake(&format!("connectors.{name}.file"), problem, "name a connector built for this gateway")
    };
    let bytes = std::fs::read(&connector.file).map_err(|error| mistake(format!("{file} cannot be read: {error}")))?;
    shared.runtime.load(bytes, &file, connector.sha256.as_ref(), wasi).await.map_err(|error| mistake(error.to_string()))
}

/// One instance being built.
pub(super) struct Building<'a> {
    pub(super) config: &'a Config,
    pub(super) name: &'a InstanceName,
    pub(super) from: &'a config::Instance,
    pub(super) connector: &'a Arc<Connector>,
    pub(super) shared: &'a Shared,
}

impl Building<'_> {
    /// A mistake at a key of the instance's table.
    pub(super) fn mistake(&self, key: &str, problem: impl Into<String>, right: &str) -> Mistake {
        self.config.mistake(&format!("instances.{}.{key}", self.name), problem, right)
    }

    async fn instance(&self) -> Result<Hosted, Vec<Mistake>> {
        let descriptor = &self.connector.descriptor;
        let settings = resolve_settings(&descriptor.settings, &self.from.settings).map_err(|errors| {
            errors.iter().map(|error| self.mistake("settings", error.to_string(), "")).collect::<Vec<_>>()
        });
        let mapping = mapping::load(self).await;
        let (settings, mapping) = match (settings, mapping) {
            (Ok(settings), Ok(mapping)) => (settings, mapping),
            (settings, mapping) => {
                let settings = settings.err().unwrap_or_default();
                return Err(settings.into_iter().chain(mapping.err().unwrap_or_default()).collect());
            }
        };
        self.wasi().map_err(|mistake| vec![mistake])?;
        let egress = self.egress(&settings).map_err(|mistake| vec![mistake])?;
        let parts = Parts {
            name: self.name.as_str().into(),
            connector: Arc::clone(self.connector),
            mapping,
            settings: Arc::new(settings),
            egress: Arc::new(egress),
            limits: self.limits(),
            store: self.shared.store.clone(),
            guard_rails: GuardRails::new(self.from.guard_rails, Arc::new(jiff::Timestamp::now)),
            group_policy: self.group_policy().map_err(|mistake| vec![mistake])?,
        };
        let instance = Arc::new(Instance::new(parts));
        let sign_in = self.from.jit.clone().map(|jit| {
            let accounts = ProvisionedAccounts(Arc::clone(&instance));
            Arc::new(SignIn::new(self.name, jit, accounts, self.shared.provider_http.clone(), Clock::system()))
        });
        let in_flight = InFlight::share(self.config.server.max_in_flight);
        Ok(Hosted { instance, in_flight, client: client(self.from.client), sign_in })
    }

    fn egress(&self, settings: &Document) -> Result<Egress, Mistake> {
        let base_url = match &self.from.location {
            Location::BaseUrl(url) => url.clone(),
            Location::Default => self.base_url_of(None, settings)?,
            Location::Region(region) => self.base_url_of(Some(region), settings)?,
        };
        let (auth, credential) = self.credential()?;
        let mut egress = EgressConfig::new(self.name.as_str(), base_url, auth, credential);
        egress.route = self.from.route.clone();
        egress.concurrency =
            self.from.limits.concurrency.map_or(self.connector.descriptor.app.concurrency, |limit| limit as usize);
        egress.rate = self.from.limits.rate;
        if let Some(bytes) = self.from.limits.response_bytes {
            egress.max_response_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        Egress::new(egress, &self.shared.network).map_err(|error| {
            let (key, right) = match &error {
                EgressError::BaseUrl(..) => ("base-url", "allow-private-addresses = true opens private networks"),
                EgressError::TokenUrl(..) => ("token-url", "allow-private-addresses = true opens private networks"),
                EgressError::Credential(_) => ("credential", "write the credential as the app gave it"),
                EgressError::Network(_) => ("ca-file", "give a PEM file of certificate authorities"),
            };
            self.mistake(key, error.to_string(), right)
        })
    }

    fn base_url_of(&self, region: Option<&str>, settings: &Document) -> Result<BaseUrl, Mistake> {
        let key = if region.is_some() { "region" } else { "base-url" };
        let wrong = |error: String| self.mistake(key, error, "or give the whole base-url");
        let text = self.connector.descriptor.base_url.resolve(region, settings);
        text.map_err(|error| wrong(error.to_string()))?.parse().map_err(|error: BaseUrlError| wrong(error.to_string()))
    }

    fn credential(&self) -> Result<(Auth, SecretString), Mistake> {
        let known = &self.connector.descriptor.auth;
        let method = match self.from.auth {
            Some(kind) => known.iter().find(|method| accepts(method.kind, kind)),
            None => known.iter().find(|method| !method.legacy),
        };
        let method = method.ok_or_else(|| {
            let kinds: Vec<&str> = known.iter().map(|method| kind_name(method.kind)).collect();
            self.mistake("auth", "the app has no such kind of credential", &format!("known are {}", kinds.join(", ")))
        })?;
        let credential = self.from.credential.clone().ok_or_else(|| {
            self.mistake("credential", "the app needs a credential", "write credential = \"env:NAME\" or \"file:PATH\"")
        })?;
        if let Some(asked) = &self.from.client_credentials {
            return Ok((Auth::ClientCredentials(asked.clone()), credential));
        }
        let secret = match (method.kind, &self.from.username) {
            (AuthKind::Basic, Some(user)) => format!("{user}:{}", credential.expose_secret().trim()).into(),
            _ => credential,
        };
        Ok((auth(method), secret))
    }

    /// Each instance of a connector that imports WASI says so itself.
    fn wasi(&self) -> Result<(), Mistake> {
        let imports = &self.connector.wasi;
        if imports.is_empty() || self.from.wasi == Wasi::Closed {
            return Ok(());
        }
        let problem = format!("the connector imports {}", imports.join(", "));
        Err(self.mistake("wasi", problem, "write wasi = \"closed\": it may import them and finds nothing behind them"))
    }

    fn group_policy(&self) -> Result<GroupPolicy, Mistake> {
        let is_of_use = self
            .connector
            .descriptor
            .resource_types
            .iter()
            .any(|offered| offered.abilities.memberships == Memberships::OneGroupPerUser);
        match self.from.group_policy {
            Some(_) if !is_of_use => {
                let problem = "says which one group a user is in, and this app's users may be in many";
                Err(self.mistake("group-policy", problem, "remove it"))
            }
            policy => Ok(policy.unwrap_or(GroupPolicy::LatestGroup)),
        }
    }

    fn limits(&self) -> CallLimits {
        let (limits, default) = (&self.from.limits, CallLimits::default());
        CallLimits {
            memory: limits.memory_bytes.map_or(default.memory, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            cpu: limits.cpu.unwrap_or(default.cpu),
            wall: limits.wall.unwrap_or(default.wall),
            sends: limits.sends.unwrap_or(self.connector.descriptor.app.max_sends),
            ..default
        }
    }
}

fn auth(method: &AuthMethod) -> Auth {
    match method.kind {
        AuthKind::Bearer => Auth::Bearer,
        AuthKind::Basic => Auth::Basic,
        AuthKind::Header => {
            Auth::Header { header: method.header.clone().unwrap_or_default(), scheme: method.scheme.clone() }
        }
    }
}

/// An app that takes bearer tokens takes those of its authorization server.
const fn accepts(declared: AuthKind, asked: config::AuthKind) -> bool {
    matches!(
        (declared, asked),
        (AuthKind::Bearer, config::AuthKind::Bearer | config::AuthKind::ClientCredentials)
            | (AuthKind::Header, config::AuthKind::Header)
            | (AuthKind::Basic, config::AuthKind::Basic)
    )
}

const fn kind_name(kind: AuthKind) -> &'static str {
    match kind {
        AuthKind::Bearer => "bearer",
        AuthKind::Header => "header",
        AuthKind::Basic => "basic",
    }
}

const fn client(choice: ClientChoice) -> Option<Client> {
    match choice {
        ClientChoice::Auto => None,
        ClientChoice::Rfc => Some(Client::Rfc),
        ClientChoice::Entra => Some(Client::Entra),
        ClientChoice::EntraOptscim => Some(Client::EntraOptscim),
        ClientChoice::Okta => Some(Client::Okta),
        ClientChoice::Google => Some(Client::Google),
        ClientChoice::Other => Some(Client::Other),
    }
}
