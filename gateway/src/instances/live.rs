//! The instances that serve now. A reload puts others in their place, whole; who has begun with one keeps it to the end.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::instance_set::InstanceSet;

/// How old the state of a guard rail in `/readyz` may be that changed elsewhere. What a request may do is looked up each time.
const WATCH: Duration = Duration::from_secs(5);

/// A handle to the instances that serve; clones see the same ones.
#[derive(Debug, Clone)]
pub struct Live(Arc<ArcSwap<InstanceSet>>);

impl Live {
    /// Begins with these.
    #[must_use]
    pub fn new(instances: InstanceSet) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(instances)))
    }

    /// Those that serve at this moment.
    #[must_use]
    pub fn now(&self) -> Arc<InstanceSet> {
        self.0.load_full()
    }

    /// Keeps up with what other gateways and the operator do to guard rails, for ever: `/readyz` answers from memory.
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

    /// From now on these serve.
    pub fn replace(&self, instances: InstanceSet) {
        self.0.store(Arc::new(instances));
    }
}
