//! The connector for Samanage (SolarWinds Service Desk): a REST API with numbered pages, partial PUT, names in place of ids, and
//! memberships whose ids must be looked up. `README.md` lists its peculiarities, S-1 to S-20.
#![deny(unsafe_code)]

mod api;
mod collection;
mod deletion;
mod echo;
mod group_lookup;
mod groups;
mod memberships;
mod names;
mod paging;
mod people;
mod record;
mod references;
mod refusal;
mod roles;
mod roster;
mod users;
mod writing;

use api::Api;
use collection::{GROUPS, USERS};
use scim_connector_sdk::{App, Change, Connector, Fault, Object, Page, Query, Settings, Stored, Value};

const USER: &str = USERS.kind;
const GROUP: &str = GROUPS.kind;

/// The connector.
#[derive(Debug)]
pub struct Samanage;

impl Connector for Samanage {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(app: App<'_>) -> Result<(), Fault> {
        let answer = Api::new(app).get("/api.json").send()?.ok()?;
        answer.json().map(drop).map_err(|_| Fault::bad_answer("The base URL does not belong to the Samanage API"))
    }

    fn create(app: App<'_>, kind: &str, document: Object) -> Result<Stored, Fault> {
        match kind {
            USER => users::create(Api::new(app), document),
            GROUP => groups::create(Api::new(app), document),
            _ => Err(unknown(kind)),
        }
    }

    fn read(app: App<'_>, kind: &str, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        record::numeric(kind, id)?;
        match kind {
            USER => users::read(Api::new(app), id),
            GROUP => groups::read(Api::new(app), id, omit.iter().any(|field| field == groups::MEMBERS)),
            _ => Err(unknown(kind)),
        }
    }

    fn update(app: App<'_>, kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        record::numeric(kind, id)?;
        match kind {
            USER => users::update(Api::new(app), id, change),
            GROUP => groups::update(Api::new(app), id, change),
            _ => Err(unknown(kind)),
        }
    }

    fn delete(app: App<'_>, kind: &str, id: &str) -> Result<(), Fault> {
        record::numeric(kind, id)?;
        match kind {
            USER => deletion::delete(Api::new(app), kind, id, &USERS.record(id)),
            GROUP => deletion::delete(Api::new(app), kind, id, &GROUPS.record(id)),
            _ => Err(unknown(kind)),
        }
    }

    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        match kind {
            USER => users::search(Api::new(app), query),
            GROUP => groups::search(Api::new(app), query),
            _ => Err(unknown(kind)),
        }
    }

    fn to_app(settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        roles::only(name)?;
        roles::to_app(settings, &value)
    }

    fn to_scim(_settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        roles::only(name)?;
        Ok(roles::to_scim(&value))
    }

    fn check_default(name: &str, default: &str) -> Result<(), String> {
        roles::only(name).map_err(|fault| fault.detail)?;
        roles::check_default(default)
    }
}

scim_connector_sdk::export_connector!(Samanage);

fn unknown(kind: &str) -> Fault {
    Fault::not_implemented(format!("Samanage supports only users and groups, not {kind}"))
}
