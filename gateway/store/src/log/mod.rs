//! The provisioning log: one row per operation, for the operator who must say what happened to which person and when.
//!
//! Threat: a log outlives the people in it and is read by more people than the apps are. A row has identifiers (the SCIM id and the
//! matching attribute), endpoints without ids or queries, and the outcome: no secret, no document, no other value.

pub(crate) mod entry;
pub(crate) mod limits;
pub(crate) mod queue;
pub(crate) mod read;
