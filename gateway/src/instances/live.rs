//! The instances that serve now. A reload puts others in their place, whole; who has begun with one keeps it to the end.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Instances;

/// A handle to the instances that serve; clones see the same ones.
#[derive(Debug, Clone)]
pub struct Live(Arc<ArcSwap<Instances>>);

impl Live {
    /// Begins with these.
    #[must_use]
    pub fn new(instances: Instances) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(instances)))
    }

    /// Those that serve at this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Instances> {
        self.0.load_full()
    }

    /// From now on these serve.
    pub fn replace(&self, instances: Instances) {
        self.0.store(Arc::new(instances));
    }
}
