//! Watches the files of the configuration (`serve --watch`).

use super::files::Watched;
use super::reloader::Reloader;
use super::report::{Reload, Trigger};
use super::settle::settled;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

/// Reloads when a file of the configuration is written.
#[derive(Debug)]
pub struct Watcher {
    reloader: Reloader,
    notify: RecommendedWatcher,
    watched: Arc<RwLock<Watched>>,
    changed: mpsc::Sender<()>,
    events: mpsc::Receiver<()>,
}

/// Why the files cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system refuses a new watch.
    #[error("the files of the configuration cannot be watched: {0}")]
    Start(#[source] notify::Error),
    /// One directory cannot be watched.
    #[error("{0} cannot be watched: {1}")]
    Directory(PathBuf, #[source] notify::Error),
}

impl Watcher {
    /// Starts watching; [`Self::run`] handles the events, and first checks what was written since the files were read.
    ///
    /// # Errors
    /// [`WatchError`].
    pub fn start(reloader: Reloader) -> Result<Self, WatchError> {
        // Room for one is enough: an event only says that everything must be checked.
        let (changed, events) = mpsc::channel(1);
        let watched = Arc::<RwLock<Watched>>::default();
        let (seen, noticed) = (Arc::clone(&watched), changed.clone());
        let notify = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error, such as an overflow, may have hidden an event.
            let concerns = event.map_or(true, |event| is_about(&event, &seen));
            if concerns {
                let _ = noticed.try_send(());
            }
        });
        let mut watcher = Self { reloader, notify: notify.map_err(WatchError::Start)?, watched, changed, events };
        watcher.follow()?;
        Ok(watcher)
    }

    /// Reloads at every change, for ever, and reports each reload.
    pub async fn run(mut self, mut report: impl FnMut(&Reload)) {
        while settled(&mut self.events).await {
            if let Some(reload) = self.reloader.reload(Trigger::Watch).await {
                report(&reload);
            }
            // The configuration may name other files now.
            if let Err(error) = self.follow() {
                tracing::warn!(target: "scim_gateway::reload", %error, "changes there are not noticed; send SIGHUP to reload");
            }
        }
    }

    /// Watches the files that the configuration names now. Newly watched files were read earlier, so they are checked once more.
    fn follow(&mut self) -> Result<(), WatchError> {
        let new = Watched::of(&self.reloader.files());
        let old = std::mem::replace(&mut *self.watched.write().unwrap_or_else(PoisonError::into_inner), new.clone());
        if new != old {
            let _ = self.changed.try_send(());
        }
        for gone in old.directories().filter(|directory| !new.directories().any(|new| new == *directory)) {
            // A deleted directory is no longer watched anyway.
            let _ = self.notify.unwatch(gone);
        }
        // Watched directories, too: they may have been deleted and recreated. One that cannot be watched must not prevent the others.
        let mut outcome = Ok(());
        for directory in new.directories() {
            let watching = self.notify.watch(directory, RecursiveMode::NonRecursive);
            outcome = outcome.and(watching.map_err(|error| WatchError::Directory(directory.to_owned(), error)));
        }
        outcome
    }
}

/// Whether a watched file was written. Our own reads are events, too, and would cause an endless loop.
fn is_about(event: &Event, watched: &RwLock<Watched>) -> bool {
    let read = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    if read {
        return false;
    }
    let watched = watched.read().unwrap_or_else(PoisonError::into_inner);
    event.need_rescan() || event.paths.iter().any(|path| watched.concerns(path))
}
