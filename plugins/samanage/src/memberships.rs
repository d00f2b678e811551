//! Adds and removes members of a group (S-12). One call adds users, listed in the query. Removing needs the membership's id, but
//! a group lists its memberships by the users' names. The membership is therefore found by name and verified by the ids of
//! the user's groups.

use crate::api::Api;
use crate::collection::{GROUPS, USERS};
use crate::people::{self, Person};
use crate::roster::{self, Known, Membership};
use crate::{deletion, group_lookup, record};
use scim_connector_sdk::{Answer, Fault, Value};
use std::collections::HashSet;

const PATH: &str = "/memberships.json";
const PER_CALL: usize = 100;
/// Up to this many users to remove are read one by one; for more, listing all users needs fewer calls.
const ONE_BY_ONE: usize = 100;

/// The users' ids in the value of `members`.
pub(crate) fn ids(members: Option<&Value>) -> Vec<String> {
    match members {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => ids_of(items),
        Some(item) => ids_of(std::slice::from_ref(item)),
    }
}

/// The users' ids in items of `members`, each once.
pub(crate) fn ids_of(items: &[Value]) -> Vec<String> {
    let mut seen = HashSet::new();
    let ids = items.iter().map(|item| record::id_text(item.get("value").unwrap_or(item)).unwrap_or_default());
    ids.filter(|id| seen.insert(id.clone())).collect()
}

/// The paths that report users as unknown.
pub(crate) fn unresolved(users: Vec<String>) -> Vec<String> {
    users.into_iter().map(|user| format!("members[value eq {}]", Value::from(user))).collect()
}

/// Adds users to a group, with as many users per call as the instance allows. Returns those whom Samanage does not know: the others are
/// added all the same.
pub(crate) fn add(api: Api<'_>, group: &str, users: &[String]) -> Result<Vec<String>, Fault> {
    let per_call = api.settings().integer("members-per-call").and_then(|size| usize::try_from(size).ok());
    // What is not a number is no id of Samanage's.
    let (users, mut unknown): (Vec<String>, Vec<String>) =
        users.iter().cloned().partition(|id| record::numeric(USERS.kind, id).is_ok());
    let mut reached_group = users.is_empty() && unknown.is_empty();
    for users in users.chunks(per_call.unwrap_or(PER_CALL).max(1)) {
        let answer = post(api, group, users)?;
        if answer.is_success() {
            reached_group = true;
            continue;
        }
        if !matches!(answer.status, 400 | 404 | 409 | 422) {
            return Err(answer.fault());
        }
        let known = people::with_ids(api, users)?;
        let missing: Vec<String> =
            users.iter().filter(|id| known.get(*id).is_some_and(|person| !person.is_in(group))).cloned().collect();
        if missing.len() == users.len() {
            let fault = if answer.status == 404 { Fault::not_found(GROUPS.kind, group) } else { answer.fault() };
            return Err(fault);
        }
        unknown.extend(users.iter().filter(|id| !known.contains_key(*id)).cloned());
        if !missing.is_empty() {
            post(api, group, &missing)?.ok()?;
        }
        reached_group |= !known.is_empty();
    }
    if !reached_group {
        // Nobody was added, which is right only if there is such a group.
        group_lookup::fetch(api, group)?;
    }
    Ok(unknown)
}

fn post(api: Api<'_>, group: &str, users: &[String]) -> Result<Answer, Fault> {
    Ok(api.post(PATH).query("group_id", group).query("user_ids", users.join(",")).send()?)
}

/// Removes users from a group. Users who are not in it or do not exist need no removal.
pub(crate) fn remove(api: Api<'_>, group: &str, users: &[String]) -> Result<(), Fault> {
    let mut leaving = Vec::new();
    if users.len() > ONE_BY_ONE {
        let named: HashSet<&String> = users.iter().collect();
        leaving = people::all(api)?;
        leaving.retain(|person| named.contains(&person.id));
    } else {
        for id in users {
            leaving.extend(people::with_id(api, id)?.as_ref().and_then(Person::of));
        }
    }
    leaving.retain(|person| person.is_in(group));
    if leaving.is_empty() {
        return Ok(());
    }
    let listed = roster::listed(&group_lookup::fetch(api, group)?);
    withdraw(api, group, &listed, &leaving)
}

/// Sets a group's members to exactly these users, by adding and removing the difference (S-13). Returns those whom Samanage does not
/// know.
pub(crate) fn set(api: Api<'_>, group: &str, users: &[String]) -> Result<Vec<String>, Fault> {
    let record = group_lookup::fetch(api, group)?;
    let listed = roster::listed(&record);
    if users.is_empty() {
        listed.iter().try_for_each(|membership| delete(api, membership))?;
        return Ok(Vec::new());
    }
    let members = roster::members(api, &record, &mut Known::default())?;
    let is_member = |id: &String| members.iter().any(|member| member.id == *id);
    let joining: Vec<String> = users.iter().filter(|id| !is_member(id)).cloned().collect();
    let unknown = add(api, group, &joining)?;
    let leaving: Vec<Person> = members.iter().filter(|member| !users.contains(&member.id)).cloned().collect();
    withdraw(api, group, &listed, &leaving)?;
    Ok(unknown)
}

/// Deletes the memberships of members. If memberships can be told apart only by name and other members of that name stay, all
/// memberships of the name are deleted and those of the others created again; deleting only one could hit the wrong person.
fn withdraw(api: Api<'_>, group: &str, listed: &[Membership], leaving: &[Person]) -> Result<(), Fault> {
    let mut names: Vec<&str> = leaving.iter().map(|person| person.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let same_name: Vec<&Person> = leaving.iter().filter(|person| person.name == name).collect();
        let theirs: Vec<&Membership> =
            listed.iter().filter(|listed| same_name.iter().any(|person| listed.may_be_of(person))).collect();
        if theirs.is_empty() {
            let ids: Vec<&str> = same_name.iter().map(|person| person.id.as_str()).collect();
            let detail = format!(
                "Samanage reports that user {} is in group {group}, but the group lists no membership with that name",
                ids.join(", ")
            );
            return Err(Fault::bad_answer(detail));
        }
        let is_ambiguous = theirs.len() > same_name.len() && theirs.iter().any(|membership| !membership.is_certain());
        let staying: Vec<String> = if is_ambiguous {
            let namesakes = people::named_in(api, name, group)?.into_iter().filter(|person| person.name == name);
            namesakes.map(|person| person.id).filter(|id| !same_name.iter().any(|person| person.id == *id)).collect()
        } else {
            Vec::new()
        };
        theirs.iter().try_for_each(|membership| delete(api, membership))?;
        if !staying.is_empty() {
            api.warn(format!(
                "users {} with the same name as a removed member are added to group {group} again",
                staying.join(", ")
            ));
            add(api, group, &staying).map_err(|fault| Fault {
                detail: format!("Users {} must be added to group {group} again: {}", staying.join(", "), fault.detail),
                ..fault
            })?;
        }
    }
    Ok(())
}

fn delete(api: Api<'_>, membership: &Membership) -> Result<(), Fault> {
    deletion::delete_unverified(api, &format!("/memberships/{}.json", membership.id))
}
