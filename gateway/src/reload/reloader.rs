//! The reload itself, and the state of the running gateway that it replaces.

use super::history::History;
use super::report::{Reload, ReloadOutcome, Trigger};
use crate::config::{Config, ConfigErrors, Mistake};
use crate::egress::Circuit;
use crate::instances::{Built, Change, InstanceSet, Live, Shared, build};
use crate::observe::{ComponentState, Components, Metrics, Readiness};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Reloads one gateway. A cheap handle.
#[derive(Debug, Clone)]
pub struct Reloader(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The configuration at start; some of its keys take effect only then.
    started_with: Config,
    shared: Arc<Shared>,
    live: Live,
    metrics: Arc<Metrics>,
    history: History,
    /// One reload at a time.
    turn: tokio::sync::Mutex<()>,
    /// The files that the configuration last consisted of.
    files: Mutex<Vec<PathBuf>>,
}

impl Reloader {
    /// Builds everything for the first time.
    ///
    /// # Errors
    /// All mistakes: the gateway does not start with part of its configuration.
    pub async fn start(config: Config, shared: Shared, metrics: Arc<Metrics>) -> Result<Self, ConfigErrors> {
        let started = Started::now(Trigger::Start);
        let Built { instances, changes, mistakes, activated } = build(&config, &shared, None).await;
        ConfigErrors::check(mistakes)?;
        shared.keep(&activated);
        shared.runtime.give_way();
        let files = Mutex::new(files_of(&config));
        let history = History::default();
        history.record(started.end(changes, Vec::new(), Vec::new()));
        Ok(Self(Arc::new(Inner {
            started_with: config,
            shared: Arc::new(shared),
            live: Live::new(instances),
            metrics,
            history,
            turn: tokio::sync::Mutex::default(),
            files,
        })))
    }

    /// The instances being served.
    #[must_use]
    pub fn live(&self) -> Live {
        self.0.live.clone()
    }

    /// What all instances share.
    #[must_use]
    pub fn shared(&self) -> &Shared {
        &self.0.shared
    }

    /// The reloads so far, the latest last.
    #[must_use]
    pub fn history(&self) -> Vec<Arc<Reload>> {
        self.0.history.all()
    }

    /// The files that determine what is served.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads everything again and serves what has changed. `None` if there is nothing to report: the watcher saw a file being
    /// written, but the content is the same, or has the same mistakes.
    ///
    /// It runs outside the threads that serve requests, and runs to completion even if the caller stops waiting.
    pub async fn reload(&self, trigger: Trigger) -> Option<Arc<Reload>> {
        let (this, runtime) = (self.clone(), tokio::runtime::Handle::current());
        let reloading = tokio::task::spawn_blocking(move || runtime.block_on(this.reload_now(trigger)));
        // It fails only when the gateway shuts down, or through a panic, which is logged.
        reloading.await.ok().flatten()
    }

    async fn reload_now(&self, trigger: Trigger) -> Option<Arc<Reload>> {
        let inner = &*self.0;
        let _turn = inner.turn.lock().await;
        let started = Started::now(trigger);
        let entry = match Config::load(&inner.started_with.file) {
            Err(errors) => {
                inner.watch_also(errors.files());
                started.end(Vec::new(), errors.mistakes().to_vec(), Vec::new())
            }
            Ok(config) => {
                let Built { instances, changes, mistakes, activated } =
                    build(&config, &inner.shared, Some(&inner.live.now())).await;
                *inner.files.lock().unwrap_or_else(PoisonError::into_inner) = files_of(&config);
                inner.live.replace(instances);
                inner.shared.keep(&activated);
                let mistakes = ConfigErrors::from(mistakes).mistakes().to_vec();
                started.end(changes, mistakes, config.needs_restart(&inner.started_with))
            }
        };
        if trigger == Trigger::Watch && entry.says_nothing_new(inner.history.last().as_deref()) {
            tracing::debug!(target: "scim_gateway::reload", "a file was written, but nothing has changed");
            return None;
        }
        entry.log();
        inner.metrics.count_reload(entry.outcome.as_str());
        Some(inner.history.record(entry))
    }
}

impl Inner {
    /// Watches more files. The instances being served still depend on the old ones; the new configuration may become valid when
    /// one of the files that it names changes.
    fn watch_also(&self, named: &[PathBuf]) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.extend_from_slice(named);
        files.sort_unstable();
        files.dedup();
    }
}

impl Readiness for Reloader {
    /// The gateway stays ready after a reload with mistakes: it continues to serve what it served before.
    fn components(&self) -> Components {
        let mut components = InstanceSet::components(&self.0.live.now());
        if let Some(reason) = self.0.history.last().and_then(|last| last.first_mistake()) {
            components.shared.insert("reload".to_owned(), ComponentState::Degraded { reason });
        }
        let store =
            self.0.shared.store.trouble().map_or(ComponentState::Ready, |reason| ComponentState::Failed { reason });
        components.shared.insert("store".to_owned(), store);
        components
    }

    fn circuits(&self) -> Vec<(String, Circuit)> {
        self.0.live.now().circuits()
    }
}

fn files_of(config: &Config) -> Vec<PathBuf> {
    config.files().map(std::path::Path::to_owned).collect()
}

/// A reload in progress.
struct Started {
    at: Timestamp,
    clock: Instant,
    trigger: Trigger,
}

impl Started {
    fn now(trigger: Trigger) -> Self {
        Self { at: Timestamp::now(), clock: Instant::now(), trigger }
    }

    fn end(self, changes: Vec<Change>, mistakes: Vec<Mistake>, needs_restart: Vec<&'static str>) -> Reload {
        let outcome = ReloadOutcome::of(changes.is_empty(), mistakes.is_empty());
        let duration_ms = self.clock.elapsed().as_secs_f64() * 1000.0;
        Reload { at: self.at, trigger: self.trigger, outcome, changes, mistakes, needs_restart, duration_ms }
    }
}
