//! The server of a SCIM app: which request goes where.

use super::answer::{Handled, scim};
use super::attributes::{ACTIVE, USER_NAME};
use super::dialect::Dialect;
use super::directory::Directory;
use super::error::refusal;
use super::list::MAX_COUNT;
use crate::simulators::control::{Answer, App, Call, SwitchError, changed};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// An app of that dialect.
#[derive(Debug)]
pub(in crate::simulators) struct Server<D> {
    pub(in crate::simulators) dialect: D,
    pub(in crate::simulators) directory: Directory,
}

impl<D: Dialect> Server<D> {
    pub(in crate::simulators) fn new(dialect: D) -> Self {
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
                values.insert(USER_NAME, json!(name));
                values.insert(ACTIVE, json!(true));
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

/// RFC 7643 §5
fn service_provider_config() -> Value {
    let no = json!({ "supported": false });
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [{ "type": "oauthbearertoken", "name": "Token", "description": "A token of the app" }],
    })
}
