//! The connector for Splashtop. Its SCIM endpoint requires the exact name of a single-sign-on method, never changes user names,
//! and updates only first, last and display names. `README.md` lists its peculiarities, P-1 to P-12. One group per user and
//! removal on deactivation are declared in `connector.toml` and handled by the gateway.
#![deny(unsafe_code)]

mod refusal;
mod sso_name;
mod users;

use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Connector, Fault, Object, Page, Query, Settings, Stored, Value};

const USER: &str = "User";
const GROUP: &str = "Group";

/// The connector.
#[derive(Debug)]
pub struct Splashtop;

impl Connector for Splashtop {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(app: App<'_>) -> Result<(), Fault> {
        ScimApp::users(app).check()
    }

    fn create(app: App<'_>, kind: &str, document: Object) -> Result<Stored, Fault> {
        match kind {
            USER => users::create(app, document),
            _ => of_kind(app, kind)?.create(document).map_err(refusal::of_group),
        }
    }

    fn read(app: App<'_>, kind: &str, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        of_kind(app, kind)?.read(id, omit)
    }

    fn update(app: App<'_>, kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        match kind {
            USER => users::update(app, id, change),
            _ => of_kind(app, kind)?.update(id, change).map_err(refusal::of_group),
        }
    }

    fn delete(app: App<'_>, kind: &str, id: &str) -> Result<(), Fault> {
        of_kind(app, kind)?.delete(id)
    }

    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        of_kind(app, kind)?.search(query)
    }

    fn to_app(settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        sso_name::only(name)?;
        sso_name::to_app(settings, &value)
    }

    fn to_scim(_settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        sso_name::only(name)?;
        Ok(Some(value))
    }

    fn check_default(name: &str, default: &str) -> Result<(), String> {
        sso_name::only(name).map_err(|fault| fault.detail)?;
        sso_name::check_default(default)
    }
}

scim_connector_sdk::export_connector!(Splashtop);

fn of_kind<'h>(app: App<'h>, kind: &str) -> Result<ScimApp<'h>, Fault> {
    match kind {
        USER => Ok(ScimApp::users(app)),
        GROUP => Ok(ScimApp::groups(app)),
        _ => Err(Fault::not_implemented(format!("Splashtop supports only users and groups, not {kind}"))),
    }
}
