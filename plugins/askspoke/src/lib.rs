//! The connector for askSpoke (atSpoke). Its SCIM endpoint has no display names of users, stores start dates as text, and
//! returns 403 for an invalid token. `README.md` lists its peculiarities, A-1 to A-10. Removal on deactivation and a host per
//! organization are declared in `connector.toml` and handled by the gateway.
#![deny(unsafe_code)]

mod date;
mod display_name;
mod elements;
mod manager;
mod refusal;
mod start_date;
mod users;

use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Connector, Fault, Object, Page, Query, Settings, Stored, Value};

const USER: &str = "User";
const GROUP: &str = "Group";

/// The connector.
#[derive(Debug)]
pub struct AskSpoke;

impl Connector for AskSpoke {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(app: App<'_>) -> Result<(), Fault> {
        ScimApp::users(app).check().map_err(refusal::explained)
    }

    fn create(app: App<'_>, kind: &str, document: Object) -> Result<Stored, Fault> {
        let made = match kind {
            USER => users::create(app, document),
            _ => groups(app, kind)?.create(document),
        };
        made.map_err(refusal::explained)
    }

    fn read(app: App<'_>, kind: &str, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        let read = match kind {
            USER => users::read(app, id),
            _ => groups(app, kind)?.read(id, omit),
        };
        read.map_err(refusal::explained)
    }

    fn update(app: App<'_>, kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        let updated = match kind {
            USER => users::update(app, id, change),
            _ => groups(app, kind)?.update(id, change),
        };
        updated.map_err(refusal::explained)
    }

    fn delete(app: App<'_>, kind: &str, id: &str) -> Result<(), Fault> {
        let deleted = match kind {
            USER => ScimApp::users(app).delete(id),
            _ => groups(app, kind)?.delete(id),
        };
        deleted.map_err(refusal::explained)
    }

    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        let found = match kind {
            USER => users::search(app, query),
            _ => groups(app, kind)?.search(query),
        };
        found.map_err(refusal::explained)
    }

    fn to_app(settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        start_date::only(name)?;
        start_date::to_app(settings, value).map(Some)
    }

    fn to_scim(settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        start_date::only(name)?;
        Ok(Some(start_date::to_scim(settings, value)))
    }
}

scim_connector_sdk::export_connector!(AskSpoke);

fn groups<'h>(app: App<'h>, kind: &str) -> Result<ScimApp<'h>, Fault> {
    match kind {
        GROUP => Ok(ScimApp::groups(app)),
        _ => Err(Fault::not_implemented(format!("askSpoke supports only users and groups, not {kind}"))),
    }
}
