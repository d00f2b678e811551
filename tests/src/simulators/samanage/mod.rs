//! The Samanage (SolarWinds Service Desk) REST API, as its public documentation and its clients describe it.
//!
//! Where the documentation is silent (`unknown references`, error bodies, the answer to a new membership) the behaviour is a switch
//! or deliberately irregular, so that nothing comes to rely on it.

mod access;
mod account;
mod answer;
mod custom_fields;
mod group_record;
mod groups;
mod id;
mod memberships;
mod paging;
mod references;
mod refusals;
mod search;
mod shelf;
mod switches;
mod user;
mod user_record;
mod users;
mod values;

use self::{access::Access, account::Account, answer::Handled, shelf::Shelf, switches::Switches};
use super::control::{Answer, App, Call, SwitchError, changed};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// An app whose only valid credential is `token`.
pub(super) fn app(token: &str) -> Box<dyn App> {
    Box::new(Samanage { access: Access::new(token), account: Account::default() })
}

#[derive(Debug)]
struct Samanage {
    access: Access,
    account: Account,
}

impl App for Samanage {
    fn answer(&mut self, call: &Call, now: Timestamp) -> Answer {
        let admitted = self.access.admit(call, &self.account, now);
        admitted.and_then(|()| route(&mut self.account, call, now)).unwrap_or_else(|refusal| refusal)
    }

    fn state(&self) -> Value {
        let account = &self.account;
        let users: Vec<Value> = account.users.values().map(|user| user_record::user(account, user)).collect();
        let groups: Vec<Value> = account.groups.values().map(|group| group_record::group(account, group)).collect();
        json!({ "users": users, "groups": groups })
    }

    fn reset(&mut self) {
        self.account = Account::default();
        self.access.reset();
    }

    fn seed(&mut self, users: u32) {
        self.account.seed(users);
    }

    fn switches(&self) -> Value {
        serde_json::to_value(&self.account.switches).unwrap_or_default()
    }

    fn switch(&mut self, changes: &Map<String, Value>) -> Result<(), SwitchError> {
        self.account.switches = changed::<Switches>(&self.account.switches, changes)?;
        Ok(())
    }
}

/// `/collection.json` and `/collection/id.json`; the format is part of the path, and only JSON is simulated.
fn route(account: &mut Account, call: &Call, now: Timestamp) -> Handled {
    let path = call.path.trim_start_matches('/').strip_suffix(".json").ok_or_else(refusals::no_route)?;
    let (collection, id) = match path.split_once('/') {
        Some((collection, id)) => (collection, Some(id.parse::<u64>().map_err(|_| refusals::not_found())?)),
        None => (path, None),
    };
    let shelf = Shelf::ALL.into_iter().find(|shelf| shelf.collection() == collection);
    match (call.method.as_str(), collection, id, shelf) {
        ("GET", "api", None, _) => Ok(access::entry_point(call)),
        ("GET", "profile", None, _) => users::profile(account),
        ("GET", "users", None, _) => search::users(account, call, now),
        ("POST", "users", None, _) => users::create(account, call, now),
        ("GET", "users", Some(id), _) => users::read(account, id),
        ("PUT", "users", Some(id), _) => users::update(account, call, id, now),
        ("DELETE", "users", Some(id), _) => users::delete(account, id),
        ("GET", "groups", None, _) => search::groups(account, call),
        ("POST", "groups", None, _) => groups::create(account, call),
        ("GET", "groups", Some(id), _) => groups::read(account, id),
        ("PUT", "groups", Some(id), _) => groups::update(account, call, id),
        ("DELETE", "groups", Some(id), _) => groups::delete(account, id),
        ("POST", "memberships", None, _) => memberships::create(account, call),
        ("DELETE", "memberships", Some(id), _) => memberships::delete(account, id),
        ("GET", _, None, Some(shelf)) => Ok(references::list(account, call, shelf)),
        ("POST", _, None, Some(shelf)) => references::create(account, call, shelf),
        ("GET", _, Some(id), Some(shelf)) => references::read(account, id, shelf),
        ("PUT", _, Some(id), Some(shelf)) => references::update(account, call, id, shelf),
        ("DELETE", _, Some(id), Some(shelf)) => references::delete(account, id, shelf),
        _ => Err(refusals::no_route()),
    }
}
