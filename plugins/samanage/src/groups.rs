//! Groups, in the shape that the mapping reads.

use crate::api::Api;
use crate::collection::GROUPS;
use crate::group_lookup::{fetch, is_hidden, named};
use crate::paging::{self, List};
use crate::roster::Known;
use crate::{deletion, memberships, people, record, roster};
use scim_connector_sdk::{Answer, Change, Fault, Object, Page, Query, Stored, json};

pub(crate) const MEMBERS: &str = "members";

/// How the new group was identified.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// By Samanage's response.
    Answered,
    /// By its name, which an older group may have had.
    Found,
}

/// One POST, and another for the members. Only a read returns the members, so the host makes it.
pub(crate) fn create(api: Api<'_>, mut document: Object) -> Result<Stored, Fault> {
    let members = memberships::ids(document.remove(MEMBERS).as_ref());
    let Some(name) = record::text(&document, "name").filter(|name| !name.trim().is_empty()).map(str::to_owned) else {
        return Err(missing_name());
    };
    let found = |fault| named(api, &name).ok().flatten().map(|group| (group, Origin::Found)).ok_or(fault);
    let (made, origin) = match api.post(GROUPS.list).json(&json!({"group": document})).send() {
        Ok(answer) if answer.is_success() => match record::answered(&answer, GROUPS.singular) {
            Ok(group) => (group, Origin::Answered),
            Err(fault) => found(fault)?,
        },
        Ok(answer) => return Err(refused(api, None, Some(&name), &answer)),
        Err(lost) if lost.sent => found(lost.into())?,
        Err(lost) => return Err(lost.into()),
    };
    if members.is_empty() {
        return record::stored(shown(api, made, Some(&mut Known::default()))?);
    }
    let id = record::stored(made)?.id;
    match memberships::add(api, &id, &members) {
        Ok(unknown) => Ok(Stored { unresolved: memberships::unresolved(unknown), ..Stored::new(id) }),
        Err(fault) => Err(undone(api, &id, origin, fault)),
    }
}

pub(crate) fn read(api: Api<'_>, id: &str, omit_members: bool) -> Result<Stored, Fault> {
    let mut members = (!omit_members).then(Known::default);
    record::stored(shown(api, fetch(api, id)?, members.as_mut())?)
}

pub(crate) fn update(api: Api<'_>, id: &str, change: &Change) -> Result<Stored, Fault> {
    let whole = change.field(MEMBERS);
    let fields = change.fields.iter().filter(|field| field.path.as_str() != MEMBERS).cloned().collect();
    let group = Change { fields, items: Vec::new() }.partial_document(&json!(""))?;
    let name = group.get("name").map(|name| name.as_str().unwrap_or_default().trim());
    if name == Some("") {
        return Err(missing_name());
    }
    if !group.is_empty() {
        let answer = api.put(&GROUPS.record(id)).json(&json!({"group": group})).send()?;
        if !answer.is_success() {
            return Err(refused(api, Some(id), name, &answer));
        }
    }
    let mut unknown = Vec::new();
    if let Some(whole) = whole {
        unknown.extend(memberships::set(api, id, &memberships::ids(whole.value.as_ref()))?);
    }
    if let Some(items) = change.items(MEMBERS) {
        unknown.extend(memberships::add(api, id, &memberships::ids_of(&items.added))?);
        memberships::remove(api, id, &memberships::ids_of(&items.removed))?;
    }
    Ok(Stored { unresolved: memberships::unresolved(unknown), ..Stored::new(id) })
}

pub(crate) fn search(api: Api<'_>, query: &Query) -> Result<Page, Fault> {
    let mut names = Vec::new();
    for comparison in &query.comparisons {
        let Some(value) = comparison.value.as_str() else {
            return Err(Fault::invalid_value(format!("`{}` must be compared with a string", comparison.field)));
        };
        names.push((comparison.field.as_str(), value));
    }
    let part = List { path: GROUPS.list, singular: GROUPS.singular, filters: &names }.part(api, &query.page)?;
    let asked = |group: &Object| names.iter().all(|(field, value)| people::may_have_text(group, field, value));
    let mut users = (!query.omits(MEMBERS)).then(Known::default);
    let mut groups = Vec::new();
    for group in part.rows.into_iter().filter(|group| !is_hidden(group) && asked(group)) {
        groups.push(record::stored(shown(api, group, users.as_mut())?)?);
    }
    // Samanage's total includes hidden groups, and other pages may contain some, so only a complete list has a total.
    let total = (query.page.offset == 0 && !part.more).then_some(groups.len() as u64);
    Ok(Page { resources: groups, total, limit: part.limit, more: part.more, next: None })
}

/// The document that the mapping reads: memberships become members with users' ids, or are omitted if no users are to be
/// looked up.
fn shown(api: Api<'_>, mut group: Object, users: Option<&mut Known>) -> Result<Object, Fault> {
    let members = users.map(|users| roster::members(api, &group, users)).transpose()?;
    let member = |person: people::Person| json!({"value": person.id, "display": person.name});
    group.remove(roster::MEMBERSHIPS);
    if let Some(members) = members {
        group.insert(MEMBERS.to_owned(), members.into_iter().map(member).collect());
    }
    Ok(group)
}

/// Deletes a new group whose members Samanage refused, so that the corrected request can succeed. If the group remains, the
/// fault says so.
fn undone(api: Api<'_>, id: &str, origin: Origin, fault: Fault) -> Fault {
    let why = match origin {
        Origin::Answered => match deletion::delete(api, GROUPS.kind, id, &GROUPS.record(id)) {
            Ok(()) => return fault,
            Err(gone) if gone.status == 404 => return fault,
            Err(refusal) => format!("it could not be deleted ({})", refusal.detail),
        },
        Origin::Found => "it may be an older group with that name".to_owned(),
    };
    Fault { detail: format!("Group {id} remains incomplete, because {why}: {}", fault.detail), ..fault }
}

/// Why Samanage refused a group. A duplicate is looked up, because Samanage's error bodies are not documented.
fn refused(api: Api<'_>, id: Option<&str>, name: Option<&str>, answer: &Answer) -> Fault {
    match (answer.status, id) {
        (404, Some(id)) => return Fault::not_found(GROUPS.kind, id),
        (404, None) => return paging::missing(GROUPS.list),
        (400 | 409 | 422, _) => {}
        _ => return answer.fault(),
    }
    let other = name.and_then(|name| named(api, name).ok().flatten()).and_then(|group| record::id(&group));
    match (other, name) {
        (Some(other), Some(name)) if Some(other.as_str()) != id => {
            Fault::uniqueness(format!("Samanage has another group with the name \"{name}\""))
        }
        _ => answer.fault(),
    }
}

fn missing_name() -> Fault {
    Fault::invalid_value("displayName: Samanage requires the name of a group")
}
