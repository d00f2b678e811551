//! The last reloads, in memory: after a restart, the history starts again with the initial load.

use super::report::Reload;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many reloads are kept.
const LONGEST: usize = 100;

#[derive(Debug, Default)]
pub(super) struct History(Mutex<VecDeque<Arc<Reload>>>);

impl History {
    pub(super) fn record(&self, reload: Reload) -> Arc<Reload> {
        let reload = Arc::new(reload);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == LONGEST {
            all.pop_front();
        }
        all.push_back(Arc::clone(&reload));
        reload
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Reload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(super) fn last(&self) -> Option<Arc<Reload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).back().cloned()
    }
}
