//! The provisioning log's row of one operation.

use super::Outcome;
use super::instance::Instance;
use super::request::{Caller, Operation};
use crate::store::{LogEntry, LoggedCall, Matching, Write};
use jiff::Timestamp;
use std::time::Instant;

/// What is known of an operation before it runs.
pub(super) struct Begun {
    started: Instant,
    operation: &'static str,
    resource_type: Option<String>,
    reads_only: bool,
}

impl Begun {
    pub(super) fn now(instance: &Instance, operation: &Operation) -> Self {
        let kind = operation.endpoint().and_then(|endpoint| instance.kind(endpoint));
        Self {
            started: Instant::now(),
            operation: operation.name(),
            resource_type: kind.map(|kind| kind.scim.name.clone()),
            reads_only: operation.reads_only(),
        }
    }

    /// Adds the row. That of a change survives the end of the gateway before the client hears of it; that of a read rides along some time.
    pub(super) async fn end(self, instance: &Instance, caller: &Caller, outcome: &Outcome) {
        let error = outcome.result.as_ref().err().map(|failure| &failure.error);
        let entry = LogEntry {
            time: Timestamp::now(),
            correlation: caller.correlation_id.to_string(),
            instance: instance.name.to_string(),
            client: caller.profile.client.name().to_owned(),
            operation: self.operation.to_owned(),
            resource_type: self.resource_type,
            id: outcome.id.clone(),
            matching: outcome.matching.clone().map(|(slot, value)| Matching { slot, value }),
            status: error
                .map_or_else(|| outcome.result.as_ref().map_or(500, |answer| answer.status), |error| error.status),
            scim_type: error.and_then(|error| error.scim_type).map(|kind| kind.as_str().to_owned()),
            app_calls: outcome.sends.iter().map(LoggedCall::from).collect(),
            duration: self.started.elapsed(),
        };
        if self.reads_only {
            return instance.store.record(entry);
        }
        if let Err(error) = instance.store.commit(vec![Write::Log(Box::new(entry))]).await {
            tracing::error!(instance = %instance.name, %error, "the provisioning log has no row of this operation");
        }
    }
}
