//! What one app has of its own.

use super::attributes::{Attribute, Values};
use super::directory::{Directory, Id, Resource};
use crate::simulators::control::{Answer, Call};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// What `active: false` does to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulators) enum Deactivation {
    Removes,
    Disables,
    Ignored,
}

/// What one app has of its own.
pub(in crate::simulators) trait Dialect: Send + fmt::Debug + 'static {
    /// The quirk switches.
    type Switches: Clone + Serialize + DeserializeOwned;

    /// The path of the SCIM API on its host.
    const ROOT: &'static str;
    const USER: &'static [Attribute];
    const GROUP: &'static [Attribute];

    fn switches(&self) -> &Self::Switches;
    fn switches_mut(&mut self) -> &mut Self::Switches;
    /// Switches and what else the dialect remembers, as at the start.
    fn reset(&mut self);
    /// The id of the n-th resource; ids sort in the order of creation.
    fn id(number: u64) -> Id;
    /// What a generated user has beside his user name and `active`.
    fn seeded(number: u32) -> Values;
    fn deactivation(&self) -> Deactivation;
    /// Lets the caller in or says why not.
    fn admit(&self, call: &Call) -> Result<(), Answer>;
    /// Refuses what a user is about to be, or puts back what the app does not change.
    fn check_user(&self, directory: &Directory, before: Option<&Resource>, user: &mut Values) -> Result<(), Answer>;
    /// Refuses what a group is about to be.
    fn check_group(&self, directory: &Directory, before: Option<&Resource>, group: &Values) -> Result<(), Answer>;
    /// The groups that a user is in, of those that list him.
    fn effective(&self, listing: Vec<Id>) -> Vec<Id>;
    /// Hears that users were added to a group.
    fn joined(&self, directory: &mut Directory, group: &str, users: &[Id]);
    /// Where a user is who is in no group.
    fn default_group(&self) -> Option<&str>;
    /// Calls outside the SCIM API.
    fn elsewhere(&mut self, directory: &mut Directory, call: &Call, now: Timestamp) -> Answer;
}
