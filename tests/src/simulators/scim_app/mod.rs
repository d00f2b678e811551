//! What the SCIM apps share: a small, strict SCIM 2.0 server over attributes that the app declares as data.
//!
//! It shares no code with `scim-protocol`, on purpose: a judge must not have the accused's errors. It knows what the two apps
//! document and no more: `attribute eq "value"` on one attribute, index paging, and PATCH on the declared attributes.

mod attributes;
mod directory;
mod error;
mod groups;
mod list;
mod members;
mod patch;
mod users;

use super::control::{Answer, App, Call, SwitchError, changed};
pub(super) use attributes::{Attribute, Kind, Place, Values};
pub(super) use directory::{Directory, Id, Resource};
pub(super) use error::refusal;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::fmt;

/// The enterprise extension of RFC 7643 §4.3.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The error is an answer too.
pub(super) type Handled = Result<Answer, Answer>;

/// What `active: false` does to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deactivation {
    Removes,
    Disables,
    Ignored,
}

/// What one app has of its own.
pub(super) trait Dialect: Send + fmt::Debug + 'static {
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

/// An app of that dialect.
#[derive(Debug)]
pub(super) struct Server<D> {
    pub(super) dialect: D,
    pub(super) directory: Directory,
}

impl<D: Dialect> Server<D> {
    pub(super) fn new(dialect: D) -> Self {
        Self { dialect, directory: Directory::new(D::id) }
    }

    fn route(&mut self, call: &Call, path: &str, now: Timestamp) -> Handled {
        self.dialect.admit(call)?;
        let mut segments = path.trim_start_matches('/').splitn(2, '/');
        let (endpoint, id) = (segments.next().unwrap_or_default(), segments.next());
        match (call.method.as_str(), endpoint, id) {
            ("GET", "ServiceProviderConfig", None) => Ok(scim(200, &service_provider_config())),
            ("GET", "Users", None) => self.list_users(call),
            ("POST", "Users", None) => self.create_user(call, now),
            ("GET", "Users", Some(id)) => self.read_user(call, id),
            ("PUT", "Users", Some(id)) => self.replace_user(call, id, now),
            ("PATCH", "Users", Some(id)) => self.patch_user(call, id, now),
            ("DELETE", "Users", Some(id)) => self.delete_user(id),
            ("GET", "Groups", None) => self.list_groups(call),
            ("POST", "Groups", None) => self.create_group(call, now),
            ("GET", "Groups", Some(id)) => self.read_group(call, id),
            ("PUT", "Groups", Some(id)) => self.replace_group(call, id, now),
            ("PATCH", "Groups", Some(id)) => self.patch_group(call, id, now),
            ("DELETE", "Groups", Some(id)) => self.delete_group(id),
            _ => Err(refusal(404, None, "there is nothing here")),
        }
    }
}

impl<D: Dialect> App for Server<D> {
    fn answer(&mut self, call: &Call, now: Timestamp) -> Answer {
        match call.path.strip_prefix(D::ROOT) {
            Some(path) => self.route(call, path, now).unwrap_or_else(|refusal| refusal),
            None => self.dialect.elsewhere(&mut self.directory, call, now),
        }
    }

    fn state(&self) -> Value {
        let users: Vec<Value> = self.directory.users.values().map(|user| self.user(user, "")).collect();
        let groups: Vec<Value> = self.directory.groups.values().map(|group| self.group(group, "")).collect();
        json!({ "users": users, "groups": groups })
    }

    fn reset(&mut self) {
        self.directory = Directory::new(D::id);
        self.dialect.reset();
    }

    fn seed(&mut self, users: u32) {
        for number in 1..=users {
            let name = format!("user{number}@seed.example");
            if self.directory.user_named(&name).is_none() {
                let mut values = D::seeded(number);
                values.insert(users::USER_NAME, json!(name));
                values.insert(users::ACTIVE, json!(true));
                self.directory.insert_user(values, Timestamp::UNIX_EPOCH);
            }
        }
    }

    fn switches(&self) -> Value {
        serde_json::to_value(self.dialect.switches()).unwrap_or_default()
    }

    fn switch(&mut self, changes: &Map<String, Value>) -> Result<(), SwitchError> {
        *self.dialect.switches_mut() = changed(self.dialect.switches(), changes)?;
        Ok(())
    }
}

/// An answer of the SCIM media type.
fn scim(status: u16, body: &Value) -> Answer {
    Answer::json(status, "application/scim+json", body)
}

/// RFC 7643 §5
fn service_provider_config() -> Value {
    let no = json!({ "supported": false });
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": list::MAX_COUNT },
        "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [{ "type": "oauthbearertoken", "name": "Token", "description": "A token of the app" }],
    })
}
