//! askSpoke's SCIM endpoint (`/scim/v2`), and a mirror of its REST API (`/api/v1`) to look at what became of a user.

mod rest;
mod switches;

use self::switches::{Auth, Switches};
use super::{
    control::{Answer, App, Call},
    scim_app::{Attribute, Deactivation, Dialect, Directory, ENTERPRISE, Id, Kind, Place, Resource, Server, Values},
};
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeSet;

const SPOKE: &str = "urn:ietf:params:scim:schemas:extension:SpokeCustom:2.0:User";
const USER_NAME: Place = Place::Top("userName");
const FORMATTED: Place = Place::Sub("name", "formatted");
const EMAIL: Place = Place::Work("emails", "value");
const DEPARTMENT: Place = Place::Extension(ENTERPRISE, "department");
const MANAGER: Place = Place::Extension(ENTERPRISE, "manager");
const START_DATE: Place = Place::Extension(SPOKE, "startDate");

/// An app whose only valid key is `token`, for SCIM and for REST.
pub(super) fn app(token: &str) -> Box<dyn App> {
    Box::new(Server::new(AskSpoke {
        token: token.to_owned(),
        switches: Switches::default(),
        logged_in: BTreeSet::new(),
    }))
}

#[derive(Debug)]
struct AskSpoke {
    token: String,
    switches: Switches,
    /// Users who have logged in: they are no longer merely invited.
    logged_in: BTreeSet<Id>,
}

impl Dialect for AskSpoke {
    type Switches = Switches;

    const ROOT: &'static str = "/scim/v2";
    const USER: &'static [Attribute] = &[
        Attribute(USER_NAME, Kind::Text),
        Attribute(Place::Top("externalId"), Kind::Text),
        Attribute(Place::Top("active"), Kind::Boolean),
        Attribute(Place::Top("title"), Kind::Text),
        Attribute(FORMATTED, Kind::Text),
        Attribute(Place::Sub("name", "givenName"), Kind::Text),
        Attribute(Place::Sub("name", "familyName"), Kind::Text),
        Attribute(EMAIL, Kind::Text),
        Attribute(Place::Work("addresses", "locality"), Kind::Text),
        Attribute(Place::Work("addresses", "region"), Kind::Text),
        Attribute(Place::Work("addresses", "country"), Kind::Text),
        Attribute(DEPARTMENT, Kind::Text),
        Attribute(MANAGER, Kind::Reference),
        Attribute(START_DATE, Kind::Text),
    ];
    const GROUP: &'static [Attribute] = &[Attribute(Place::Top("displayName"), Kind::Text)];

    fn switches(&self) -> &Switches {
        &self.switches
    }

    fn switches_mut(&mut self) -> &mut Switches {
        &mut self.switches
    }

    fn reset(&mut self) {
        self.switches = Switches::default();
        self.logged_in.clear();
    }

    fn id(number: u64) -> Id {
        format!("602be9ab{number:016x}")
    }

    fn seeded(number: u32) -> Values {
        Values::from([
            (FORMATTED, json!(format!("Seeded User {number}"))),
            (EMAIL, json!(format!("user{number}@seed.example"))),
        ])
    }

    fn deactivation(&self) -> Deactivation {
        if self.switches.delete_on_deactivate { Deactivation::Removes } else { Deactivation::Disables }
    }

    fn admit(&self, call: &Call) -> Result<(), Answer> {
        let credential = call.header("authorization").unwrap_or_default();
        let is_bearer = credential.strip_prefix("Bearer ") == Some(self.token.as_str());
        let is_valid = match self.switches.auth {
            Auth::Bearer => is_bearer,
            Auth::Raw => credential == self.token,
            Auth::Both => is_bearer || credential == self.token,
        };
        if is_valid { Ok(()) } else { Err(rest::bad_key()) }
    }

    fn check_user(&self, _: &Directory, _: Option<&Resource>, user: &mut Values) -> Result<(), Answer> {
        let echoed = user.get(&START_DATE).and_then(|value| self.switches.start_date.echo(value.as_str()?));
        if let Some(echoed) = echoed {
            user.insert(START_DATE, json!(echoed));
        }
        Ok(())
    }

    fn check_group(&self, _: &Directory, _: Option<&Resource>, _: &Values) -> Result<(), Answer> {
        Ok(())
    }

    fn effective(&self, listing: Vec<Id>) -> Vec<Id> {
        listing
    }

    fn joined(&self, _: &mut Directory, _: &str, _: &[Id]) {}

    fn default_group(&self) -> Option<&str> {
        None
    }

    fn elsewhere(&mut self, directory: &mut Directory, call: &Call, _: Timestamp) -> Answer {
        rest::answer(self, directory, call).unwrap_or_else(|refusal| refusal)
    }
}
