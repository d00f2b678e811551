//! A connector for the simulated Splashtop team in which references cross: a group lists users, a user has a team (a group) and a
//! buddy (a user). Of a user, Splashtop updates only the names, so the team is kept in the family name and the buddy in the given name.
#![deny(unsafe_code)]

use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Connector, Fault, Object, Page, Query, Stored, Value, json};

const GROUP: &str = "Group";
const NAME: &str = "name";
const TEAM: &str = "familyName";
const BUDDY: &str = "givenName";
const SPLASHTOP: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";

/// The connector.
#[derive(Debug)]
pub struct Crossed;

impl Connector for Crossed {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(app: App<'_>) -> Result<(), Fault> {
        ScimApp::users(app).check()
    }

    fn create(app: App<'_>, kind: &str, mut document: Object) -> Result<Stored, Fault> {
        if kind == GROUP {
            return ScimApp::groups(app).create(document);
        }
        let mut unresolved = Vec::new();
        if let Some(name) = document.get_mut(NAME).and_then(Value::as_object_mut) {
            for field in [TEAM, BUDDY] {
                if is_unknown(app, field, name.get(field))? {
                    name.remove(field);
                    unresolved.push(path(field));
                }
            }
        }
        // Splashtop creates nobody without an SSO method.
        document.insert(SPLASHTOP.to_owned(), json!({ "ssoName": "Okta SSO" }));
        Ok(Stored { unresolved, ..ScimApp::users(app).create(document)? })
    }

    fn read(app: App<'_>, kind: &str, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        resources(app, kind).read(id, omit)
    }

    fn update(app: App<'_>, kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        if kind == GROUP {
            return ScimApp::groups(app).update(id, change);
        }
        let mut known = change.clone();
        let mut unresolved = Vec::new();
        for field in [TEAM, BUDDY] {
            let path = path(field);
            if is_unknown(app, field, change.field(&path).and_then(|field| field.value.as_ref()))? {
                known.fields.retain(|field| field.path.as_str() != path);
                unresolved.push(path);
            }
        }
        let users = ScimApp::users(app);
        let stored = if known.is_empty() { users.read(id, &[]) } else { users.update(id, &known) };
        Ok(Stored { unresolved, ..stored? })
    }

    fn delete(app: App<'_>, kind: &str, id: &str) -> Result<(), Fault> {
        resources(app, kind).delete(id)
    }

    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        resources(app, kind).search(query)
    }
}

scim_connector_sdk::export_connector!(Crossed);

fn resources<'h>(app: App<'h>, kind: &str) -> ScimApp<'h> {
    if kind == GROUP { ScimApp::groups(app) } else { ScimApp::users(app) }
}

fn path(field: &str) -> String {
    format!("{NAME}.{field}")
}

/// Whether a reference is to something that the app does not have.
fn is_unknown(app: App<'_>, field: &str, id: Option<&Value>) -> Result<bool, Fault> {
    let Some(id) = id.and_then(Value::as_str) else { return Ok(false) };
    let found = if field == TEAM {
        ScimApp::groups(app).read(id, &["members".to_owned()])
    } else {
        ScimApp::users(app).read(id, &[])
    };
    match found {
        Ok(_) => Ok(false),
        Err(fault) if fault.status == 404 => Ok(true),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_sdk::testing::{FakeApp, Reply, change};

    #[test]
    fn a_reference_to_what_the_app_does_not_have_is_left_out_and_reported() {
        let user = json!({ "id": "7", "userName": "ada@example.com" });
        let fake = FakeApp::new().reply("GET", "/Groups/crew", Reply::status(404)).reply(
            "GET",
            "/Users/7",
            Reply::json(200, user),
        );
        let stored = Crossed::update(fake.app(), "User", "7", &change(json!({ "name.familyName": "crew" }))).unwrap();
        assert_eq!(stored.unresolved, ["name.familyName"]);
    }
}
