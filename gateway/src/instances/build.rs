//! Builds the instances of a configuration. Every mistake that only a loaded connector can reveal is found here and gets its
//! position in the configuration or in the mapping's file.
//!
//! When instances are already being served, unchanged ones are reused with their connections, circuit breakers and share of the
//! capacity; and what cannot be built stays as it was (ARCHITECTURE.md, law 6).

use super::accounts::ProvisionedAccounts;
use super::change::{Change, ChangeKind, Subject};
use super::connection::connect;
use super::context::BuildContext;
use super::generation;
use super::host::Host;
use super::hosted::{Hosted, Recipe};
use super::instance_set::InstanceSet;
use super::load;
use super::mapping::Source;
use super::review::Review;
use super::shared::Shared;
use super::versions::ActivatedVersion;
use crate::admission::{Access, InFlight};
use crate::clients::Client;
use crate::config::{ClientChoice, Config, GroupPolicy, Mistake};
use crate::connectors::{CallLimits, Memberships, Wasi, resolve_settings};
use crate::jit::{Clock, SignIn};
use crate::provisioning::{GuardRails, Instance, Parts};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of a connector's state, unless the operator configures it.
const STATE_BYTES: u64 = 4 << 20;

/// The result of building a configuration.
#[derive(Debug)]
pub struct Built {
    /// Whatever could be built, and the previous version of what could not.
    pub instances: InstanceSet,
    /// How it differs from the previous instances.
    pub changes: Vec<Change>,
    /// Why something could not be built, each with its position.
    pub mistakes: Vec<Mistake>,
    /// What the operator should know of what could be built, each with its position.
    pub warnings: Vec<Mistake>,
    /// Instances that are right and wait for the operator to confirm their new host, each with its position.
    pub held: Vec<Mistake>,
    /// The connector versions that an instance uses now and did not use before. A version that loads but fits no instance is not
    /// among them.
    pub activated: Vec<ActivatedVersion>,
}

/// Builds every instance of a configuration; instances that are already served (`before`) only if they have changed.
pub async fn build(config: &Config, shared: &Shared, before: Option<&InstanceSet>) -> Built {
    let load::Loaded { connectors, files, mut changes, mut mistakes } = load::connectors(config, shared, before).await;
    let (mut hosted, mut stale, mut unbuilt) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    let (mut held, mut warnings) = (Vec::new(), Vec::new());
    for (name, from) in &config.instances {
        let old = before.and_then(|before| before.get(name));
        let outcome = match connectors.get(&from.connector) {
            Some(connector) => {
                let context = BuildContext { config, name, from, connector, shared };
                InstanceBuilder { context, old }.build().await
            }
            // The reason is already among the mistakes.
            None => Err(NotBuilt::Wrong(Vec::new())),
        };
        match (outcome, old) {
            (Ok((built, change, doubts)), _) => {
                warnings.extend(doubts);
                changes.extend(change);
                hosted.insert(name.clone(), built);
            }
            (Err(why), old) => {
                let more = match why {
                    NotBuilt::Wrong(more) => {
                        mistakes.extend(more.clone());
                        more
                    }
                    NotBuilt::Held(one) => {
                        held.push(one.clone());
                        vec![one]
                    }
                };
                if let Some(old) = old {
                    stale.push(name);
                    hosted.insert(name.clone(), Arc::clone(old));
                } else {
                    let without_connector = || format!("its connector `{}` cannot be loaded", from.connector);
                    unbuilt.insert(name.clone(), more.first().map_or_else(without_connector, Mistake::to_string));
                }
            }
        }
    }
    let mut access = Access::new(config);
    if let Some(before) = before {
        // An old version accepts only its old callers: the new tokens may be meant for a different app.
        stale.into_iter().for_each(|name| access.retain_known_to(&before.access, name));
    }
    let instances = InstanceSet::new(hosted, unbuilt, connectors, access);
    for name in before.iter().flat_map(|before| before.hosted.keys()) {
        if !instances.hosted.contains_key(name) {
            changes.push(Change::new(Subject::Instance, name, ChangeKind::Removed));
        }
    }
    let tokens = before.iter().flat_map(|before| instances.access.differing(&before.access));
    changes.extend(tokens.map(|name| Change::new(Subject::Instance, name, ChangeKind::Tokens)));
    if before.is_some_and(|before| instances.access.differs_for_operators(&before.access)) {
        changes.push(Change::new(Subject::Server, &"admin-tokens", ChangeKind::Configuration));
    }
    let activated = files.into_iter().filter_map(|(name, content)| {
        let sha256 = instances.connectors.get(&name)?.sha256;
        let named = config.instances.iter().filter(|(_, from)| from.connector == name);
        let begins = named.map(|(instance, _)| instance).any(|instance| {
            instances.runs_on(instance, &sha256) && !before.is_some_and(|before| before.runs_on(instance, &sha256))
        });
        begins.then_some(ActivatedVersion { name, sha256, content })
    });
    let activated = activated.collect();
    Built { instances, changes, mistakes, warnings, held, activated }
}

/// Why an instance was not built.
enum NotBuilt {
    /// Its configuration, its mapping or its connector is wrong.
    Wrong(Vec<Mistake>),
    /// It has another host, which the operator has not confirmed.
    Held(Mistake),
}

impl From<Vec<Mistake>> for NotBuilt {
    fn from(mistakes: Vec<Mistake>) -> Self {
        Self::Wrong(mistakes)
    }
}

impl From<Mistake> for NotBuilt {
    fn from(mistake: Mistake) -> Self {
        Self::Wrong(vec![mistake])
    }
}

/// One instance being built.
struct InstanceBuilder<'a> {
    context: BuildContext<'a>,
    /// The version that is being served now.
    old: Option<&'a Arc<Hosted>>,
}

impl InstanceBuilder<'_> {
    /// The instance, what has changed and what its operator should know; the old instance if nothing has changed.
    async fn build(&self) -> Result<(Arc<Hosted>, Option<Change>, Vec<Mistake>), NotBuilt> {
        let source = Source::read(&self.context)?;
        let recipe = Recipe {
            fingerprint: self.context.from.fingerprint.clone(),
            connector_name: self.context.from.connector.clone(),
            connector: self.context.connector.sha256,
            mapping: source.sha256(),
        };
        let change = |what| Change::new(Subject::Instance, self.context.name, what);
        if let Some(old) = self.old.filter(|old| old.recipe == recipe) {
            return Ok((Arc::clone(old), None, Vec::new()));
        }
        let changed = match self.old.map(|old| &old.recipe) {
            None => change(ChangeKind::Added),
            Some(old) if old.connector != recipe.connector => change(ChangeKind::Connector).at(&recipe.connector),
            Some(old) if old.mapping != recipe.mapping => {
                change(ChangeKind::Mapping).at(&recipe.mapping.unwrap_or(recipe.connector))
            }
            Some(_) => change(ChangeKind::Configuration),
        };
        let (built, warnings) = self.build_new(source, recipe).await?;
        let changed = changed.host(self.old.map(|old| old.host()), built.host());
        Ok((Arc::new(built), Some(changed), warnings))
    }

    async fn build_new(&self, source: Source, recipe: Recipe) -> Result<(Hosted, Vec<Mistake>), NotBuilt> {
        let descriptor = &self.context.connector.descriptor;
        let settings = resolve_settings(&descriptor.settings, &self.context.from.settings).map_err(|errors| {
            errors.iter().map(|error| self.context.mistake("settings", error.to_string(), "")).collect::<Vec<_>>()
        });
        let (settings, kinds) = match (settings, source.kinds(&self.context).await) {
            (Ok(settings), Ok(kinds)) => (settings, kinds),
            (settings, kinds) => {
                let settings = settings.err().unwrap_or_default();
                return Err(NotBuilt::Wrong(settings.into_iter().chain(kinds.err().unwrap_or_default()).collect()));
            }
        };
        let Review { mistakes, warnings } = Review::of(&self.context, &kinds);
        if !mistakes.is_empty() {
            return Err(NotBuilt::Wrong(mistakes));
        }
        self.wasi()?;
        let same = self.old.filter(|old| self.same_connection(old, &recipe));
        let egress = match same {
            Some(old) => Arc::clone(old.instance.egress()),
            None => Arc::new(connect(&self.context, &settings)?),
        };
        self.permitted(&Host::of(egress.base_url()))?;
        let identity = generation::identity(&descriptor.id, egress.base_url());
        let store = generation::store(&self.context, &identity, jiff::Timestamp::now());
        let store = store.await?;
        let parts = Parts {
            name: self.context.name.as_str().into(),
            connector: Arc::clone(self.context.connector),
            kinds,
            settings: Arc::new(settings),
            egress,
            limits: self.limits(),
            // Operations of the old version still run: they count for the new one, too.
            share: self.old.map_or_else(|| self.context.connector.share(), |old| old.instance.share().clone()),
            store,
            state_bytes: self.context.from.limits.state_bytes.unwrap_or(STATE_BYTES),
            guard_rails: GuardRails::new(self.context.from.guard_rails, Arc::new(jiff::Timestamp::now)),
            group_policy: self.group_policy()?,
            turns: self.context.shared.turns.clone(),
        };
        let instance = Arc::new(Instance::new(parts));
        // A tripped rail is effective from the start, and shown in `/readyz`.
        if let Err(error) = instance.watch_guard_rails().await {
            tracing::warn!(instance = self.context.name.as_str(), %error, "the state of the guard rails cannot be read");
        }
        let in_flight = self.old.map_or_else(
            || self.context.shared.in_flight.share(),
            // Requests to the old version are still running: they count for the new one, too.
            |old| old.in_flight.clone(),
        );
        let sign_in = self.sign_in(&instance, &recipe, &in_flight);
        let hosted = Hosted { instance, in_flight, client: client(self.context.from.client), sign_in, recipe };
        Ok((hosted, warnings))
    }

    /// An update of the connector may not change where the credential goes (ARCHITECTURE.md, law 6).
    fn permitted(&self, host: &Host) -> Result<(), NotBuilt> {
        let BuildContext { name, from, connector, shared, .. } = &self.context;
        let hosts = shared.hosts.as_ref();
        let known = self.old.map(|old| old.known_host()).or_else(|| hosts?.known(name));
        let Some(known) = known.filter(|known| !known.permits(from, host)) else { return Ok(()) };
        if hosts.and_then(|hosts| hosts.confirmed(name)).as_ref() == Some(host) {
            return Ok(());
        }
        let (id, version) = (&connector.descriptor.id, &connector.descriptor.version);
        let problem = format!(
            "the connector {id} {version} would send the credential to {host} instead of {}: held back until you confirm it",
            known.host()
        );
        let remedy = if hosts.is_some() {
            format!("if this is right, run: scim-gateway confirm-host --instance {name} {host}")
        } else {
            format!("if this is right, write base-url = \"{host}…\" with the path of the app's API")
        };
        Err(NotBuilt::Held(self.context.mistake("base-url", problem, &remedy)))
    }

    /// Whether the connection to the app can be reused, with its limits, its circuit breaker and what it has learned about the app.
    fn same_connection(&self, old: &Hosted, recipe: &Recipe) -> bool {
        let (new, old_descriptor) = (&self.context.connector.descriptor, &old.instance.connector.descriptor);
        old.recipe.fingerprint == recipe.fingerprint
            && old_descriptor.base_url == new.base_url
            && old_descriptor.auth == new.auth
            && old_descriptor.app == new.app
            && old_descriptor.settings == new.settings
    }

    /// Reuses the sign-in where possible: people who are at the provider during a reload return to the sign-in that they started.
    fn sign_in(
        &self,
        instance: &Arc<Instance>,
        recipe: &Recipe,
        in_flight: &InFlight,
    ) -> Option<Arc<SignIn<ProvisionedAccounts>>> {
        let jit = self.context.from.jit.clone()?;
        let same = self.old.filter(|old| old.recipe.fingerprint == recipe.fingerprint);
        if let Some(sign_in) = same.and_then(|old| old.sign_in.clone()) {
            sign_in.accounts().use_instance(Arc::clone(instance));
            return Some(sign_in);
        }
        let accounts = ProvisionedAccounts::new(Arc::clone(instance), in_flight.clone(), instance.store().clone());
        Some(Arc::new(SignIn::new(
            self.context.name,
            jit,
            accounts,
            self.context.shared.provider_http.clone(),
            Clock::system(),
        )))
    }

    /// An instance must allow its connector to import WASI.
    fn wasi(&self) -> Result<(), Mistake> {
        let imports = &self.context.connector.wasi;
        if imports.is_empty() || self.context.from.wasi == Wasi::Closed {
            return Ok(());
        }
        let problem = format!("the connector imports {}", imports.join(", "));
        Err(self.context.mistake(
            "wasi",
            problem,
            "write wasi = \"closed\" to allow the imports; they give access to nothing",
        ))
    }

    fn group_policy(&self) -> Result<GroupPolicy, Mistake> {
        let applies = self
            .context
            .connector
            .descriptor
            .resource_types
            .iter()
            .any(|offered| offered.abilities.memberships == Memberships::OneGroupPerUser);
        match self.context.from.group_policy {
            Some(_) if !applies => {
                let problem = "applies only to apps that allow one group per user; this app allows several";
                Err(self.context.mistake("group-policy", problem, "remove it"))
            }
            policy => Ok(policy.unwrap_or(GroupPolicy::LatestGroup)),
        }
    }

    fn limits(&self) -> CallLimits {
        let (limits, default) = (&self.context.from.limits, CallLimits::default());
        CallLimits {
            memory: limits.memory_bytes.map_or(default.memory, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            cpu: limits.cpu.unwrap_or(default.cpu),
            wall: limits.wall.unwrap_or(default.wall),
            sends: limits.sends.unwrap_or(self.context.connector.descriptor.app.max_sends),
            ..default
        }
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
        ClientChoice::Authentik => Some(Client::Authentik),
        ClientChoice::Scim2Models => Some(Client::Scim2Models),
        ClientChoice::Other => Some(Client::Other),
    }
}
