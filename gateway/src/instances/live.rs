//! The instances that are being served. A reload replaces the whole set; a running request keeps the instance it started with.

use super::instance_set::InstanceSet;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::time::Duration;

/// How stale the state of a guard rail in `/readyz` may be. Requests always check the current state.
const WATCH: Duration = Duration::from_secs(5);

/// A handle to the instances being served; clones share it.
#[derive(Debug, Clone)]
pub struct Live(Arc<ArcSwap<InstanceSet>>);

impl Live {
    /// Starts with these instances.
    #[must_use]
    pub fn new(instances: InstanceSet) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(instances)))
    }

    /// The instances being served at this moment.
    #[must_use]
    pub fn now(&self) -> Arc<InstanceSet> {
        self.0.load_full()
    }

    /// Follows changes that other gateways and the operator make to guard rails, for ever: `/readyz` answers from memory.
    pub async fn watch_guard_rails(&self) {
        let mut ticks = tokio::time::interval(WATCH);
        loop {
            ticks.tick().await;
            for (name, hosted) in self.now().iter() {
                if let Err(error) = hosted.instance.watch_guard_rails().await {
                    tracing::warn!(instance = %name, %error, "the state of the guard rails cannot be read");
                }
            }
        }
    }

    /// Serves these instances from now on.
    pub fn replace(&self, instances: InstanceSet) {
        self.0.store(Arc::new(instances));
    }
}
