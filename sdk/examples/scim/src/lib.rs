//! A connector for an app that speaks SCIM 2.0 as the RFCs define it: everything is delegated to [`ScimApp`].
//!
//! Real apps deviate somewhere; add the difference here, around the calls.
#![deny(unsafe_code)]

use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Connector, Fault, Object, Page, Query, Stored};

/// The connector.
#[derive(Debug)]
pub struct AnyScimApp;

impl Connector for AnyScimApp {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(app: App<'_>) -> Result<(), Fault> {
        ScimApp::users(app).check()
    }

    fn create(app: App<'_>, kind: &str, document: Object) -> Result<Stored, Fault> {
        resources(app, kind).create(document)
    }

    fn read(app: App<'_>, kind: &str, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        resources(app, kind).read(id, omit)
    }

    fn update(app: App<'_>, kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        resources(app, kind).update(id, change)
    }

    fn delete(app: App<'_>, kind: &str, id: &str) -> Result<(), Fault> {
        resources(app, kind).delete(id)
    }

    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        resources(app, kind).search(query)
    }
}

scim_connector_sdk::export_connector!(AnyScimApp);

/// The descriptor declares only these two kinds.
fn resources<'h>(app: App<'h>, kind: &str) -> ScimApp<'h> {
    if kind == "Group" { ScimApp::groups(app) } else { ScimApp::users(app) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_sdk::json;
    use scim_connector_sdk::testing::{FakeApp, Reply, change};

    #[test]
    fn a_change_of_a_user_is_one_patch_of_the_app() {
        let ada = json!({ "id": "7", "userName": "ada@example.com", "active": false });
        let fake = FakeApp::new().reply("PATCH", "/Users/7", Reply::json(200, ada));
        let stored = AnyScimApp::update(fake.app(), "User", "7", &change(json!({ "active": false }))).unwrap();
        assert_eq!(stored.id, "7");
        assert_eq!(fake.lines(), ["PATCH /Users/7"]);
    }

    #[test]
    fn groups_are_at_their_own_endpoint() {
        let fake = FakeApp::new().reply("DELETE", "/Groups/1", Reply::status(204));
        AnyScimApp::delete(fake.app(), "Group", "1").unwrap();
    }
}
