//! The gateway's configuration, `gateway.toml`. It is accepted as a whole or not at all.
//!
//! [`Config::load`] returns either a configuration in which every value is valid, every connector that an instance names exists
//! and every secret has been read; or all mistakes with their positions. What only a loaded connector can check (its settings,
//! regions and kinds of authentication, a mapping) is checked by the code that loads it; [`Config::mistake`] gives such a finding
//! its position in the file.

mod auth_kind;
mod connector;
mod context;
mod fingerprint;
mod guard_rails;
mod instance;
mod jit;
mod limits;
mod log;
mod mistake;
mod name;
mod oauth;
mod reachable;
mod report;
mod secret;
mod server;
mod store;
mod table;
mod token;
mod word;

pub use auth_kind::AuthKind;
pub use connector::Connector;
pub use fingerprint::Fingerprint;
pub use guard_rails::{Deactivations, GuardRails};
pub use instance::{ClientChoice, GroupPolicy, Instance, Location};
pub use jit::{EmailClaim, EmailDomain, Issuer, Jit, JitError, Scope, SignInUrl};
pub use limits::Limits;
pub use log::{Format, Level, Log};
pub use mistake::{ConfigErrors, Mistake, Position};
pub use name::{ConnectorName, InstanceName, NameError};
pub use scim_store::{StoreUrl, StoreUrlError};
pub use secret::{SecretError, SecretSource, SecretSourceError};
pub use server::{ListenAddress, ListenAddressError, Server};
pub use store::Store;
pub use token::{NewToken, TOKEN_PREFIX, TokenHash, TokenHashError};
pub use word::WordError;

use context::ReadContext;
use report::Report;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use table::Table;
use toml::Spanned;
use toml::de::DeTable;

/// A whole, checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that it was read from.
    pub file: PathBuf,
    /// `[server]`.
    pub server: Server,
    /// `[store]`.
    pub store: Store,
    /// `[log]`.
    pub log: Log,
    /// `[connectors.<name>]`.
    pub connectors: BTreeMap<ConnectorName, Connector>,
    /// `[instances.<name>]`.
    pub instances: BTreeMap<InstanceName, Instance>,
    places: BTreeMap<String, Position>,
    secret_files: Vec<PathBuf>,
}

impl Config {
    /// Reads and checks a file, and the secrets that it names.
    ///
    /// # Errors
    /// All mistakes with their positions.
    pub fn load(file: &Path) -> Result<Self, ConfigErrors> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigErrors::unreadable(file, &error))?;
        Self::parse(file, &text, &|name| std::env::var(name).ok())
    }

    /// Checks the text of a file; relative paths start from the file's directory, `environment` looks up variables.
    ///
    /// # Errors
    /// All mistakes with their positions.
    pub fn parse(file: &Path, text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let report = Report::new(file, text);
        let Some(document) = document(text, &report) else {
            return Err(ConfigErrors::from(report.into_mistakes()));
        };
        let config = Self::read(file, Table::root(document.get_ref(), &report), environment);
        ConfigErrors::check(report.into_mistakes()).map_err(|errors| errors.naming(config.files()))?;
        Ok(config)
    }

    /// Reads only `[store]`, so that a command that needs only the store requires no secrets.
    ///
    /// # Errors
    /// The mistakes in `[store]`, or syntax errors.
    pub fn load_store(file: &Path) -> Result<Store, ConfigErrors> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigErrors::unreadable(file, &error))?;
        let report = Report::new(file, &text);
        let Some(document) = document(&text, &report) else {
            return Err(ConfigErrors::from(report.into_mistakes()));
        };
        let store = Store::read(Table::root(document.get_ref(), &report).table("store"), directory(file));
        ConfigErrors::check(report.into_mistakes())?;
        Ok(store)
    }

    /// Reads only `[store]` and the guard rails of each instance, without the secrets that only a serving gateway needs.
    ///
    /// # Errors
    /// The mistakes in what was read.
    pub fn load_guard_rails(file: &Path) -> Result<(Store, BTreeMap<InstanceName, GuardRails>), ConfigErrors> {
        let store = Self::load_store(file)?;
        let text = std::fs::read_to_string(file).map_err(|error| ConfigErrors::unreadable(file, &error))?;
        let report = Report::new(file, &text);
        let Some(document) = document(&text, &report) else {
            return Err(ConfigErrors::from(report.into_mistakes()));
        };
        let instances = Table::root(document.get_ref(), &report).named::<InstanceName>("instances").into_iter();
        let rails = instances.map(|(name, table)| (name, GuardRails::read(table.table("guard-rails")))).collect();
        ConfigErrors::check(report.into_mistakes())?;
        Ok((store, rails))
    }

    /// A mistake that was found later, at the position of a dotted key such as `instances.acme.settings.site`, or of the nearest
    /// table that encloses it.
    pub fn mistake(&self, key: &str, message: impl Into<String>, expected: impl Into<String>) -> Mistake {
        let mut ancestors = std::iter::successors(Some(key), |key| key.rsplit_once('.').map(|(above, _)| above));
        Mistake {
            file: self.file.clone(),
            position: Some(ancestors.find_map(|key| self.places.get(key).copied()).unwrap_or(Position::START)),
            key: key.to_owned(),
            message: message.into(),
            expected: expected.into(),
        }
    }

    /// Every file that the configuration consists of, including itself: a change to any of them may change what is served.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let connectors = self.connectors.values().map(|connector| connector.file.as_path());
        let mappings = self.instances.values().filter_map(|instance| instance.mapping.as_deref());
        let secrets = self.secret_files.iter().map(PathBuf::as_path);
        std::iter::once(self.file.as_path()).chain(connectors).chain(mappings).chain(secrets)
    }

    /// The keys whose values differ from those of `running` and take effect only when the gateway starts.
    pub fn needs_restart(&self, running: &Self) -> Vec<&'static str> {
        let (new, old) = (&self.server, &running.server);
        [
            ("server.listen", new.listen != old.listen),
            ("server.observe-listen", new.observe_listen != old.observe_listen),
            ("server.max-body-bytes", new.max_body_bytes != old.max_body_bytes),
            ("server.max-bulk-operations", new.max_bulk_operations != old.max_bulk_operations),
            ("server.request-timeout-seconds", new.request_timeout != old.request_timeout),
            ("server.max-in-flight", new.max_in_flight != old.max_in_flight),
            ("server.connector-memory-mib", new.connector_memory != old.connector_memory),
            ("server.compile-seconds", new.compile_time != old.compile_time),
            ("server.public-url", new.public_url != old.public_url),
            ("server.state-directory", new.state_directory != old.state_directory),
            ("store.url", self.store.url != running.store.url),
            ("store.log-retention-days", self.store.log_retention_days != running.store.log_retention_days),
            ("log", self.log != running.log),
        ]
        .into_iter()
        .filter_map(|(key, differs)| differs.then_some(key))
        .collect()
    }

    fn read(file: &Path, root: Table<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let directory = directory(file);
        let mut places = BTreeMap::new();
        let server = root.table("server");
        let store = Store::read(root.table("store"), directory);
        let server = Server::read(server, directory, &store.url);
        let log = Log::read(root.table("log"));
        let tables = root.named::<ConnectorName>("connectors");
        let names: Vec<ConnectorName> = tables.iter().map(|(name, _)| name.clone()).collect();
        let connectors = tables.into_iter().filter_map(|(name, table)| {
            table.note_places(&mut places);
            Some((name, Connector::read(table, directory)?))
        });
        let connectors = connectors.collect();
        let context = ReadContext { directory, environment, connectors: &names };
        let mut secret_files = Vec::new();
        let instances = root.named::<InstanceName>("instances").into_iter();
        let instances = instances
            .filter_map(|(name, table)| Some((name, Instance::read(table, &context, &mut places, &mut secret_files)?)))
            .collect();
        root.finish();
        Self { file: file.to_owned(), server, store, log, connectors, instances, places, secret_files }
    }
}

/// The parsed file; `None`, after a report, if it is not TOML.
fn document<'text>(text: &'text str, report: &Report<'_>) -> Option<Spanned<DeTable<'text>>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    // What the parser recovers from a broken file would cause misleading mistakes.
    report.add_syntax_errors(&errors);
    errors.is_empty().then_some(document)
}

/// The directory that relative paths in a file start from.
fn directory(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests;
