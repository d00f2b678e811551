//! Guard rails: what protects a company from its own mistakes.
//!
//! Threat: a wrong scope, a deleted group or a broken expression in the identity provider takes the access of hundreds away
//! before anybody looks. A rail counts what would be lost, and refuses what goes beyond its threshold until the operator has
//! looked and lifted it (`scim-gateway rails lift`). The README beside this file says what is counted, and why the answer is 403.

mod deactivations;
mod members;
mod reservation;
#[cfg(test)]
mod tests;

pub(super) use deactivations::{becomes_inactive, guard_deactivation};
pub(super) use members::{guard_members, guards_members, may_remove};
pub(super) use reservation::Reservation;
