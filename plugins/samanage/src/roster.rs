//! The members of a group. Samanage lists memberships with the user's name, rarely with an id, so the ids come from the users:
//! each user lists the ids of their groups.

use crate::api::Api;
use crate::people::{self, Person};
use crate::record;
use scim_connector_sdk::{Fault, Object, Value};

pub(crate) const MEMBERSHIPS: &str = "memberships";
/// Up to this many names per operation are looked up one by one; for more, listing all users needs fewer calls.
const NAMES: usize = 5;

/// What is already known about users while members are looked up. All groups of a list share it, because listing all users for
/// each group would exceed an operation's limit of calls.
#[derive(Debug, Default)]
pub(crate) struct Known {
    names: usize,
    everyone: Option<Vec<Person>>,
}

impl Known {
    /// Whether this many more names may be looked up one by one.
    fn allows(&mut self, names: usize) -> bool {
        self.names += names;
        self.everyone.is_none() && self.names <= NAMES
    }

    fn all_in(&mut self, api: Api<'_>, group: &str) -> Result<Vec<Person>, Fault> {
        let everyone = match &mut self.everyone {
            Some(everyone) => everyone,
            none => none.insert(people::all(api)?),
        };
        Ok(everyone.iter().filter(|person| person.is_in(group)).cloned().collect())
    }
}

/// A membership as listed in a group.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub(crate) id: String,
    user: Option<String>,
    email: Option<String>,
    /// The user's name.
    label: String,
}

impl Membership {
    /// Whether it belongs or may belong to a person, because names are not unique.
    pub(crate) fn may_be_of(&self, person: &Person) -> bool {
        match (&self.user, &self.email) {
            (Some(user), _) => *user == person.id,
            (None, Some(email)) => email.eq_ignore_ascii_case(&person.email),
            (None, None) => self.label == person.name || self.label.eq_ignore_ascii_case(&person.email),
        }
    }

    /// Whether it identifies its user for certain.
    pub(crate) fn is_certain(&self) -> bool {
        self.user.is_some() || self.email.is_some()
    }
}

/// The memberships of users in a group; nested groups are ignored.
pub(crate) fn listed(group: &Object) -> Vec<Membership> {
    let memberships = group.get(MEMBERSHIPS).and_then(Value::as_array);
    memberships.into_iter().flatten().filter_map(Value::as_object).filter_map(membership).collect()
}

fn membership(listed: &Object) -> Option<Membership> {
    if record::text(listed, "type").is_some_and(|kind| kind != "User") {
        return None;
    }
    let id = record::id(listed)?;
    let user = listed.get("user")?;
    let of_user = |member: &str| user.get(member).and_then(Value::as_str).map(|text| text.trim().to_owned());
    Some(Membership {
        id,
        user: user.get("id").or_else(|| listed.get("user_id")).and_then(record::id_text),
        email: of_user("email").filter(|email| !email.is_empty()),
        label: user.as_str().map(|label| label.trim().to_owned()).or_else(|| of_user("name")).unwrap_or_default(),
    })
}

/// The members of a group; needs no call if there are none or their ids are listed.
pub(crate) fn members(api: Api<'_>, group: &Object, users: &mut Known) -> Result<Vec<Person>, Fault> {
    let (listed, group) = (listed(group), record::id(group).unwrap_or_default());
    if let Some(known) = listed.iter().map(known).collect::<Option<Vec<_>>>() {
        return Ok(known);
    }
    let mut names: Vec<&str> = listed.iter().map(|membership| membership.label.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if !users.allows(names.len()) {
        return users.all_in(api, &group);
    }
    let mut members: Vec<Person> = Vec::new();
    for name in names {
        for person in people::named_in(api, name, &group)? {
            if !members.iter().any(|member| member.id == person.id) {
                members.push(person);
            }
        }
    }
    if members.len() < listed.len() {
        api.warn(format!("{} of {} members of group {group} were found by name", members.len(), listed.len()));
        return users.all_in(api, &group);
    }
    Ok(members)
}

fn known(membership: &Membership) -> Option<Person> {
    let user = Object::from_iter([
        ("id".to_owned(), Value::String(membership.user.clone()?)),
        ("name".to_owned(), Value::String(membership.label.clone())),
        ("email".to_owned(), Value::String(membership.email.clone().unwrap_or_default())),
    ]);
    Person::of(&user)
}
