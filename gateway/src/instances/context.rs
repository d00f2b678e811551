//! What building one instance starts from.

use super::shared::Shared;
use crate::config::{self, Config, InstanceName, Mistake};
use crate::connectors::Connector;
use std::sync::Arc;

/// What building one instance starts from.
#[derive(Clone, Copy)]
pub(super) struct BuildContext<'a> {
    pub(super) config: &'a Config,
    pub(super) name: &'a InstanceName,
    /// The instance's table in the configuration.
    pub(super) from: &'a config::Instance,
    pub(super) connector: &'a Arc<Connector>,
    pub(super) shared: &'a Shared,
}

impl BuildContext<'_> {
    /// A mistake at a key of the instance's table.
    pub(super) fn mistake(&self, key: &str, problem: impl Into<String>, remedy: &str) -> Mistake {
        self.config.mistake(&format!("instances.{}.{key}", self.name), problem, remedy)
    }
}
