//! Finds users, by id, e-mail address and name.

use crate::api::Api;
use crate::collection::USERS;
use crate::paging::List;
use crate::record;
use scim_connector_sdk::{Fault, Object, Value};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

/// Up to this many users are read one by one.
const ONE_BY_ONE: usize = 5;
/// The list of all users.
const ALL: List<'_> = List { path: USERS.list, singular: USERS.singular, filters: &[] };

/// What memberships need to know about a user.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    groups: Vec<String>,
}

impl Person {
    pub(crate) fn of(user: &Object) -> Option<Self> {
        let groups = user.get("group_ids").and_then(Value::as_array);
        Some(Self {
            id: record::id(user)?,
            name: record::text(user, "name").unwrap_or_default().trim().to_owned(),
            email: record::text(user, "email").unwrap_or_default().to_owned(),
            groups: groups.into_iter().flatten().filter_map(record::id_text).collect(),
        })
    }

    /// Whether the user is in a group. Users list their groups by id, unlike groups their members.
    pub(crate) fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|id| id == group)
    }
}

/// The user with an id, if there is one.
pub(crate) fn with_id(api: Api<'_>, id: &str) -> Result<Option<Object>, Fault> {
    if record::numeric(USERS.kind, id).is_err() {
        return Ok(None);
    }
    let answer = api.get(&USERS.record(id)).send()?;
    if answer.status == 404 {
        return Ok(None);
    }
    record::answered(&answer.ok()?, USERS.singular).map(Some)
}

/// Those of the users who exist, by id. A few are read one by one; many are taken from the list of all users, unless it has more pages
/// than there are users to find.
pub(crate) fn with_ids(api: Api<'_>, ids: &[String]) -> Result<HashMap<String, Person>, Fault> {
    let mut left: HashSet<&String> = ids.iter().collect();
    let mut found = HashMap::new();
    if left.len() > ONE_BY_ONE {
        let (mut pages, mut is_whole) = (0, false);
        ALL.each_page(api, |page| {
            pages += 1;
            let size = page.rows.len().max(1) as u64;
            let pages_left = page.total.map(|total| total.div_ceil(size).saturating_sub(pages));
            for person in page.rows.iter().filter_map(Person::of).filter(|person| left.remove(&person.id)) {
                found.insert(person.id.clone(), person);
            }
            is_whole = left.is_empty() || !page.more;
            let is_longer = pages == 1 && pages_left.is_some_and(|pages| pages > left.len() as u64);
            if left.is_empty() || is_longer { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if is_whole {
            return Ok(found);
        }
    }
    for id in left {
        found.extend(with_id(api, id)?.as_ref().and_then(Person::of).map(|person| (id.clone(), person)));
    }
    Ok(found)
}

/// The user with an e-mail address, compared again ignoring case, because Samanage's filter may find more (S-4).
pub(crate) fn with_email(api: Api<'_>, email: &str) -> Result<Option<Object>, Fault> {
    let list = List { path: USERS.list, singular: USERS.singular, filters: &[("email", email)] };
    list.find_map(api, |user| Some(user).filter(|user| has_text(user, "email", email)))
}

/// The members of a group among the users with a name.
pub(crate) fn named_in(api: Api<'_>, name: &str, group: &str) -> Result<Vec<Person>, Fault> {
    let list = List { path: USERS.list, singular: USERS.singular, filters: &[("name", name)] };
    list.collect(api, |user| Person::of(&user).filter(|person| person.is_in(group)))
}

/// All users.
pub(crate) fn all(api: Api<'_>) -> Result<Vec<Person>, Fault> {
    ALL.collect(api, |user| Person::of(&user))
}

/// Whether a field has a text, ignoring case.
pub(crate) fn has_text(record: &Object, field: &str, wanted: &str) -> bool {
    record::text(record, field).is_some_and(|text| text.trim().to_lowercase() == wanted.trim().to_lowercase())
}

/// As [`has_text`], for rows of a list. A row without the field is no less what was found: the host judges it.
pub(crate) fn may_have_text(record: &Object, field: &str, wanted: &str) -> bool {
    record::text(record, field).is_none() || has_text(record, field, wanted)
}

/// The manager's id in a user to be written.
pub(crate) fn manager(user: &Object) -> Option<String> {
    user.get("reports_to").and_then(|manager| manager.get("id")).and_then(record::id_text)
}

/// The name of the role in a user to be written.
pub(crate) fn role(user: &Object) -> Option<&str> {
    user.get("role").and_then(|role| role.get("name")).and_then(Value::as_str)
}
