//! How heavily an app may be used.

use serde::Deserialize;

/// How heavily an app may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AppLimits {
    /// Concurrent calls, per instance.
    pub concurrency: usize,
    /// Calls that one operation may make.
    pub max_sends: u32,
}

impl Default for AppLimits {
    fn default() -> Self {
        Self { concurrency: 8, max_sends: 200 }
    }
}
