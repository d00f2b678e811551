//! Splashtop's SCIM endpoint (`/scim/v1`, though it speaks SCIM 2.0) and its just-in-time login.
//!
//! A user name is fixed for ever, every user needs the exact name of a single-sign-on method, and a user is in one group. The
//! effect of `active: false` is not documented and is a switch.

mod jit;
mod switches;

use self::switches::{ActiveFalse, GroupRule, Switches};
use super::{
    control::{Answer, App, Call},
    scim_app::{Attribute, Deactivation, Dialect, Directory, Id, Kind, Place, Resource, Server, Values, refusal},
};
use jiff::Timestamp;
use serde_json::{Value, json};

const SPLASHTOP: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";
const USER_NAME: Place = Place::Top("userName");
const DISPLAY_NAME: Place = Place::Top("displayName");
const SSO_NAME: Place = Place::Extension(SPLASHTOP, "ssoName");

/// The only attributes that an update changes, beside `active`.
const UPDATABLE: [Place; 4] =
    [DISPLAY_NAME, Place::Sub("name", "givenName"), Place::Sub("name", "familyName"), Place::Top("active")];

/// An app whose only valid bearer token is `token`.
pub(super) fn app(token: &str) -> Box<dyn App> {
    Box::new(Server::new(Splashtop { token: token.to_owned(), switches: Switches::default() }))
}

#[derive(Debug)]
struct Splashtop {
    token: String,
    switches: Switches,
}

impl Dialect for Splashtop {
    type Switches = Switches;

    const ROOT: &'static str = "/scim/v1";
    const USER: &'static [Attribute] = &[
        Attribute(USER_NAME, Kind::Text),
        Attribute(Place::Top("externalId"), Kind::Text),
        Attribute(Place::Top("active"), Kind::Boolean),
        Attribute(DISPLAY_NAME, Kind::Text),
        Attribute(Place::Sub("name", "givenName"), Kind::Text),
        Attribute(Place::Sub("name", "familyName"), Kind::Text),
        Attribute(SSO_NAME, Kind::Text),
    ];
    const GROUP: &'static [Attribute] =
        &[Attribute(DISPLAY_NAME, Kind::Text), Attribute(Place::Top("externalId"), Kind::Text)];

    fn switches(&self) -> &Switches {
        &self.switches
    }

    fn switches_mut(&mut self) -> &mut Switches {
        &mut self.switches
    }

    fn reset(&mut self) {
        self.switches = Switches::default();
    }

    fn id(number: u64) -> Id {
        (10_000_000 + number).to_string()
    }

    fn seeded(number: u32) -> Values {
        Values::from([(DISPLAY_NAME, json!(format!("Seeded User {number}"))), (SSO_NAME, json!("Contoso Entra"))])
    }

    fn deactivation(&self) -> Deactivation {
        match self.switches.active_false {
            ActiveFalse::Remove => Deactivation::Removes,
            ActiveFalse::Disable => Deactivation::Disables,
            ActiveFalse::Ignore => Deactivation::Ignored,
        }
    }

    fn admit(&self, call: &Call) -> Result<(), Answer> {
        let token = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        if token == Some(self.token.as_str()) { Ok(()) } else { Err(refusal(401, None, "the token is not valid")) }
    }

    fn check_user(&self, directory: &Directory, before: Option<&Resource>, user: &mut Values) -> Result<(), Answer> {
        self.check_sso_name(before, user)?;
        match before {
            Some(before) => self.check_update(before, user),
            None => self.check_account(directory, user),
        }
    }

    fn check_group(&self, directory: &Directory, before: Option<&Resource>, group: &Values) -> Result<(), Answer> {
        let name = text(group, DISPLAY_NAME);
        if self.switches.computer_groups.iter().any(|each| each.eq_ignore_ascii_case(name)) {
            return Err(refusal(409, Some("uniqueness"), &format!("there is a computer group {name}")));
        }
        if before.is_none() && directory.groups.len() >= self.switches.max_groups {
            return Err(refusal(403, None, "the team has as many groups as it can have"));
        }
        Ok(())
    }

    /// One group: of those that list the user, the one that was created last.
    fn effective(&self, mut listing: Vec<Id>) -> Vec<Id> {
        listing.pop().into_iter().collect()
    }

    fn joined(&self, directory: &mut Directory, group: &str, users: &[Id]) {
        if self.switches.group_rule == GroupRule::LatestAdded {
            for other in directory.groups.values_mut().filter(|other| other.id != group) {
                other.members.retain(|member| !users.contains(member));
            }
        }
    }

    fn default_group(&self) -> Option<&str> {
        Some("Default Group")
    }

    fn elsewhere(&mut self, directory: &mut Directory, call: &Call, now: Timestamp) -> Answer {
        jit::login(self, directory, call, now).unwrap_or_else(|refusal| refusal)
    }
}

impl Splashtop {
    /// Byte for byte the name of a method, spaces included. An update that leaves it out keeps it.
    fn check_sso_name(&self, before: Option<&Resource>, user: &mut Values) -> Result<(), Answer> {
        if let (Some(before), None) = (before, user.get(&SSO_NAME)) {
            user.extend(before.values.get_key_value(&SSO_NAME).map(|(place, value)| (*place, value.clone())));
        }
        let name = text(user, SSO_NAME);
        if self.switches.sso_methods.iter().any(|each| each == name) {
            return Ok(());
        }
        let detail = if name.is_empty() {
            "`ssoName` is required".to_owned()
        } else {
            format!("no SSO method is called {name:?}")
        };
        Err(refusal(400, Some("invalidValue"), &detail))
    }

    /// The user name stays, and whatever else cannot be updated stays without a word.
    fn check_update(&self, before: &Resource, user: &mut Values) -> Result<(), Answer> {
        let is_renamed = !text(user, USER_NAME).eq_ignore_ascii_case(before.text(USER_NAME));
        if is_renamed && !self.switches.username_update {
            return Err(refusal(400, Some("mutability"), "`userName` cannot be changed"));
        }
        for Attribute(place, _) in Self::USER {
            let is_updated = UPDATABLE.contains(place) || (is_renamed && *place == USER_NAME);
            if !is_updated {
                user.remove(place);
                user.extend(before.values.get_key_value(place).map(|(place, value)| (*place, value.clone())));
            }
        }
        Ok(())
    }

    /// Whether the team may have one more account, and this one.
    fn check_account(&self, directory: &Directory, user: &Values) -> Result<(), Answer> {
        let email = text(user, USER_NAME);
        let (_, domain) = email
            .split_once('@')
            .ok_or_else(|| refusal(400, Some("invalidValue"), "`userName` must be an e-mail address"))?;
        if let Some(allowed) = &self.switches.allowed_domains
            && !allowed.iter().any(|each| each.eq_ignore_ascii_case(domain))
        {
            return Err(refusal(403, None, &format!("the domain {domain} is not allowed for the SSO method")));
        }
        if self.switches.foreign_accounts.iter().any(|each| each.eq_ignore_ascii_case(email)) {
            return Err(refusal(409, Some("uniqueness"), &format!("{email} is a Splashtop account of another team")));
        }
        if self.switches.licences.is_some_and(|licences| directory.users.len() >= licences) {
            return Err(refusal(403, None, "the team has no licence left"));
        }
        Ok(())
    }
}

fn text(values: &Values, place: Place) -> &str {
    values.get(&place).and_then(Value::as_str).unwrap_or_default()
}
