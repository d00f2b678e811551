//! From configuration to instances. Every mistake that only a loaded connector can show is found here and given its place in
//! the configuration or in the mapping's file.
//!
//! Beside instances that serve already, what has not changed is taken over as it is, with its connections, its breakers and
//! its share of the work; and what cannot be built stays as it was (design law 6).

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::change::{Change, Subject, What};
use super::mapping::Source;
use super::{Began, Hosted, Instances, ProvisionedAccounts, Recipe, Shared, load};
use crate::clients::Client;
use crate::config::{self, ClientChoice, Config, GroupPolicy, InstanceName, Location, Mistake};
use crate::connectors::{AuthKind, AuthMethod, CallLimits, Connector, Document, Memberships, Wasi, resolve_settings};
use crate::egress::{Auth, BaseUrl, BaseUrlError, Egress, EgressConfig, EgressError};
use crate::jit::{Clock, SignIn};
use crate::provisioning::{GuardRails, Instance, Parts};
use crate::server::Access;
use crate::server::InFlight;

/// What became of a configuration.
#[derive(Debug)]
pub struct Built {
    /// Whatever could be built, and the version before of what could not.
    pub instances: Instances,
    /// In what it differs from the instances before.
    pub changes: Vec<Change>,
    /// Why something could not be built; each with its place.
    pub mistakes: Vec<Mistake>,
    /// The versions of connectors that begin to serve when the instances do: some instance is built on them that was not before. One
    /// that loads and fits no instance is none.
    pub began: Vec<Began>,
}

/// Builds every instance of a configuration, those that serve already (`before`) only where they have changed.
pub async fn build(config: &Config, shared: &Shared, before: Option<&Instances>) -> Built {
    let load::Loaded { connectors, files, mut changes, mut mistakes } = load::connectors(config, shared, before).await;
    let (mut hosted, mut stale, mut unbuilt) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for (name, from) in &config.instances {
        let old = before.and_then(|before| before.get(name));
        let outcome = match connectors.get(&from.connector) {
            Some(connector) => Building { config, name, from, connector, shared, old }.hosted().await,
            // Why not is among the mistakes already.
            None => Err(Vec::new()),
        };
        match (outcome, old) {
            (Ok((built, change)), _) => {
                changes.extend(change);
                hosted.insert(name.clone(), built);
            }
            (Err(more), Some(old)) => {
                mistakes.extend(more);
                stale.push(name);
                hosted.insert(name.clone(), Arc::clone(old));
            }
            (Err(more), None) => {
                let without_connector = || format!("its connector `{}` cannot be loaded", from.connector);
                unbuilt.insert(name.clone(), more.first().map_or_else(without_connector, Mistake::to_string));
                mistakes.extend(more);
            }
        }
    }
    let mut access = Access::new(config);
    if let Some(before) = before {
        // An old version serves those who were let to it: its app may be another one than the new tokens are meant for.
        stale.into_iter().for_each(|name| access.only_if_before(name, &before.access));
    }
    let instances = Instances::new(hosted, unbuilt, connectors, access);
    for name in before.iter().flat_map(|before| before.hosted.keys()) {
        if !instances.hosted.contains_key(name) {
            changes.push(Change::new(Subject::Instance, name, What::Removed));
        }
    }
    let tokens = before.iter().flat_map(|before| instances.access.differing(&before.access));
    changes.extend(tokens.map(|name| Change::new(Subject::Instance, name, What::Tokens)));
    if before.is_some_and(|before| instances.access.differs_for_operators(&before.access)) {
        changes.push(Change::new(Subject::Server, &"admin-tokens", What::Configuration));
    }
    let began = files.into_iter().filter_map(|(name, content)| {
        let sha256 = instances.connectors.get(&name)?.sha256;
        let named = config.instances.iter().filter(|(_, from)| from.connector == name);
        let begins = named.map(|(instance, _)| instance).any(|instance| {
            instances.runs_on(instance, &sha256) && !before.is_some_and(|before| before.runs_on(instance, &sha256))
        });
        begins.then_some(Began { name, sha256, content })
    });
    let began = began.collect();
    Built { instances, changes, mistakes, began }
}

/// One instance being built.
pub(super) struct Building<'a> {
    pub(super) config: &'a Config,
    pub(super) name: &'a InstanceName,
    pub(super) from: &'a config::Instance,
    pub(super) connector: &'a Arc<Connector>,
    pub(super) shared: &'a Shared,
    /// The version that serves now.
    old: Option<&'a Arc<Hosted>>,
}

impl Building<'_> {
    /// A mistake at a key of the instance's table.
    pub(super) fn mistake(&self, key: &str, problem: impl Into<String>, right: &str) -> Mistake {
        self.config.mistake(&format!("instances.{}.{key}", self.name), problem, right)
    }

    /// The instance, the old one where nothing has changed, and what has.
    async fn hosted(&self) -> Result<(Arc<Hosted>, Option<Change>), Vec<Mistake>> {
        let source = Source::read(self).map_err(|mistake| vec![mistake])?;
        let recipe = Recipe {
            fingerprint: self.from.fingerprint.clone(),
            connector: self.connector.sha256,
            mapping: source.sha256(),
        };
        let change = |what| Change::new(Subject::Instance, self.name, what);
        if let Some(old) = self.old.filter(|old| old.recipe == recipe) {
            return Ok((Arc::clone(old), None));
        }
        let changed = match self.old.map(|old| &old.recipe) {
            None => change(What::Added),
            Some(old) if old.connector != recipe.connector => change(What::Connector).at(&recipe.connector),
            Some(old) if old.mapping != recipe.mapping => {
                change(What::Mapping).at(&recipe.mapping.unwrap_or(recipe.connector))
            }
            Some(_) => change(What::Configuration),
        };
        self.instance(source, recipe).await.map(|built| (Arc::new(built), Some(changed)))
    }

    async fn instance(&self, source: Source, recipe: Recipe) -> Result<Hosted, Vec<Mistake>> {
        let descriptor = &self.connector.descriptor;
        let settings = resolve_settings(&descriptor.settings, &self.from.settings).map_err(|errors| {
            errors.iter().map(|error| self.mistake("settings", error.to_string(), "")).collect::<Vec<_>>()
        });
        let (settings, kinds) = match (settings, source.kinds(self).await) {
            (Ok(settings), Ok(kinds)) => (settings, kinds),
            (settings, kinds) => {
                let settings = settings.err().unwrap_or_default();
                return Err(settings.into_iter().chain(kinds.err().unwrap_or_default()).collect());
            }
        };
        self.wasi().map_err(|mistake| vec![mistake])?;
        let same = self.old.filter(|old| self.way_out_is_the_same(old, &recipe));
        let egress = match same {
            Some(old) => Arc::clone(old.instance.egress()),
            None => Arc::new(self.egress(&settings).map_err(|mistake| vec![mistake])?),
        };
        let parts = Parts {
            name: self.name.as_str().into(),
            connector: Arc::clone(self.connector),
            kinds,
            settings: Arc::new(settings),
            egress,
            limits: self.limits(),
            store: self.shared.store.clone(),
            guard_rails: GuardRails::new(self.from.guard_rails, Arc::new(jiff::Timestamp::now)),
            group_policy: self.group_policy().map_err(|mistake| vec![mistake])?,
            turns: self.shared.turns.clone(),
        };
        let instance = Arc::new(Instance::new(parts));
        // A rail that stands does so from the first moment, in `/readyz`, too.
        if let Err(error) = instance.watch_guard_rails().await {
            tracing::warn!(instance = self.name.as_str(), %error, "the state of the guard rails cannot be read");
        }
        let in_flight = self.old.map_or_else(
            || InFlight::share(self.config.server.max_in_flight),
            // Requests to the old version still run: their places are taken in the new one, too.
            |old| old.in_flight.clone(),
        );
        let sign_in = self.sign_in(&instance, &recipe);
        Ok(Hosted { instance, in_flight, client: client(self.from.client), sign_in, recipe })
    }

    /// Whether the way to the app can be taken over, with its limits, its breaker and what it has learned of the app.
    fn way_out_is_the_same(&self, old: &Hosted, recipe: &Recipe) -> bool {
        let (new, old_descriptor) = (&self.connector.descriptor, &old.instance.connector.descriptor);
        old.recipe.fingerprint == recipe.fingerprint
            && old_descriptor.base_url == new.base_url
            && old_descriptor.auth == new.auth
            && old_descriptor.app == new.app
            && old_descriptor.settings == new.settings
    }

    /// People who are at the provider when the instance is reloaded come back to the sign-in that they began.
    fn sign_in(&self, instance: &Arc<Instance>, recipe: &Recipe) -> Option<Arc<SignIn<ProvisionedAccounts>>> {
        let jit = self.from.jit.clone()?;
        let same = self.old.filter(|old| old.recipe.fingerprint == recipe.fingerprint);
        if let Some(begun) = same.and_then(|old| old.sign_in.clone()) {
            begun.accounts().follow(Arc::clone(instance));
            return Some(begun);
        }
        let accounts = ProvisionedAccounts::new(Arc::clone(instance));
        Some(Arc::new(SignIn::new(self.name, jit, accounts, self.shared.provider_http.clone(), Clock::system())))
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
