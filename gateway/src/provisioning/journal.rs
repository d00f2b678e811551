//! The provisioning log's row of one operation.

use super::instance::Instance;
use super::outcome::Outcome;
use super::request::{Caller, Operation};
use crate::observe::{ShownCall, ShownCalls, shown_names};
use crate::store::{LogEntry, LoggedCall, Matching, Store, Write};
use jiff::{SignedDuration, Timestamp};
use scim_protocol::Error;
use std::time::{Duration, Instant};

/// Characters of an attribute's name in a row.
const LONGEST_NAME: usize = 200;

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

    /// Adds the row. A change's row is committed before the client is answered. A read's row is written with a later transaction and may
    /// be lost in a crash. Rows of what changed nothing are dropped where the instance writes too many.
    pub(super) async fn end(self, instance: &Instance, caller: &Caller, outcome: &Outcome) {
        let error = outcome.result.as_ref().err().map(|refusal| &refusal.error);
        let ShownCalls { listed, unlisted } = ShownCalls::of(&outcome.sends);
        let entry = LogEntry {
            time: Timestamp::now(),
            correlation: caller.correlation_id.to_string(),
            instance: instance.name.to_string(),
            generation: None,
            client: caller.profile.client.name().to_owned(),
            operation: self.operation.to_owned(),
            resource_type: self.resource_type,
            id: outcome.id.clone(),
            matching: outcome.matching.clone().map(|(slot, value)| Matching { slot, value }),
            status: error.map_or_else(
                || outcome.result.as_ref().map_or(500, |answer| answer.status),
                |error| error.status.into(),
            ),
            scim_type: error.and_then(|error| error.scim_type).map(|kind| kind.as_str().to_owned()),
            app_calls: listed.into_iter().map(logged).collect(),
            unlisted_calls: unlisted as u64,
            ignored: shown_names(&outcome.ignored, LONGEST_NAME),
            duration: self.started.elapsed(),
        };
        // A read may have finished a removal that was cut off, and a change that failed may have been sent.
        let has_written = outcome.sends.iter().any(|call| call.method != "GET");
        if self.reads_only && !has_written {
            return instance.store.record(entry);
        }
        if error.is_some() && !has_written && !instance.store.has_room_for(&entry) {
            return;
        }
        if let Err(error) = instance.store.commit(vec![Write::Log(Box::new(entry))]).await {
            tracing::error!(instance = %instance.name, %error, "the provisioning log has no row of this operation");
        }
    }
}

/// What is known of a request of an instance's own client that was refused before it began.
#[derive(Debug)]
pub struct Refused<'a> {
    /// The instance's name.
    pub instance: &'a str,
    /// The client's profile.
    pub client: &'static str,
    /// Ties the client's answer, the log and the row together.
    pub correlation_id: &'a str,
    /// [`Operation::name`], or the method where it is none of the operations.
    pub operation: &'a str,
    /// The resource type's name.
    pub resource_type: Option<&'a str>,
    /// The resource's id.
    pub id: Option<&'a str>,
    /// From the request's head to its refusal.
    pub duration: Duration,
    /// How many of the same request were refused before; a row is told from others by its microsecond.
    pub number: i64,
}

impl<'a> Refused<'a> {
    pub(super) fn by(instance: &'a Instance, caller: &'a Caller) -> Self {
        Self {
            instance: &instance.name,
            client: caller.profile.client.name(),
            correlation_id: &caller.correlation_id,
            operation: "",
            resource_type: None,
            id: None,
            duration: Duration::ZERO,
            number: 0,
        }
    }
}

/// Adds the row of a request that was refused before it began. It waits for nothing and is as durable as that of a read: a client that
/// is wrong without end must not keep the disk busy.
pub fn refused(store: &Store, refused: &Refused<'_>, error: &Error) {
    store.record(LogEntry {
        time: Timestamp::now().saturating_add(SignedDuration::from_micros(refused.number)).unwrap_or(Timestamp::MAX),
        correlation: refused.correlation_id.to_owned(),
        instance: refused.instance.to_owned(),
        generation: None,
        client: refused.client.to_owned(),
        operation: refused.operation.to_owned(),
        resource_type: refused.resource_type.map(str::to_owned),
        id: refused.id.map(str::to_owned),
        matching: None,
        status: error.status.into(),
        scim_type: error.scim_type.map(|kind| kind.as_str().to_owned()),
        app_calls: Vec::new(),
        unlisted_calls: 0,
        ignored: Vec::new(),
        duration: refused.duration,
    });
}

/// An app call as the log keeps it.
fn logged(ShownCall { method, path, outcome, duration }: ShownCall) -> LoggedCall {
    LoggedCall { method, path, status: outcome.ok(), duration }
}
