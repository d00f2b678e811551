//! Whom a group lists, and what a request does to it.

use super::attributes::get;
use super::directory::{Directory, Id};
use super::error::{invalid_syntax, invalid_value};
use super::patch::Op;
use crate::simulators::control::Answer;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The `members` of a document, when it has any.
pub(super) fn of_document(
    directory: &Directory,
    document: &Map<String, Value>,
) -> Result<Option<BTreeSet<Id>>, Answer> {
    get(document, "members").map(|members| known(directory, members)).transpose()
}

/// Whether the path of a PATCH operation is about members.
pub(super) fn is_members(path: &str) -> bool {
    path.get(.."members".len()).is_some_and(|start| start.eq_ignore_ascii_case("members"))
}

/// One PATCH operation on `members` or `members[value eq "id"]`.
///
/// `remove` without a filter empties the group (RFC 7644 §3.5.2.2), so a value beside it, which some clients send in the belief that
/// it narrows the removal, is refused rather than ignored.
pub(super) fn patch(
    directory: &Directory,
    members: &mut BTreeSet<Id>,
    op: Op,
    path: &str,
    value: Option<&Value>,
) -> Result<(), Answer> {
    let selected = path.get("members".len()..).unwrap_or_default();
    match (op, selected, value) {
        (Op::Add, "", Some(value)) => members.extend(known(directory, value)?),
        (Op::Replace, "", Some(value)) => *members = known(directory, value)?,
        (Op::Remove, "", None) => members.clear(),
        (Op::Remove, "", Some(_)) => return Err(invalid_syntax("`remove` takes a filter in its path, not a value")),
        (Op::Remove, filter, None) => {
            let filter = filter.strip_prefix("[value eq ").and_then(|rest| rest.strip_suffix(']'));
            let id: Option<Id> = filter.and_then(|literal| serde_json::from_str(literal).ok());
            members.remove(&id.ok_or_else(|| invalid_syntax("members are removed by `members[value eq \"id\"]`"))?);
        }
        _ => return Err(invalid_syntax("this operation on `members` is not understood")),
    }
    Ok(())
}

/// `[{"value": id}, …]`, every one of them a user who is there.
fn known(directory: &Directory, members: &Value) -> Result<BTreeSet<Id>, Answer> {
    let members = members.as_array().ok_or_else(|| invalid_value("`members` must be an array"))?;
    let id = |member: &Value| {
        let id = member.as_object().and_then(|fields| get(fields, "value")).and_then(Value::as_str);
        let id = id.ok_or_else(|| invalid_value("a member must be an object with a `value`"))?;
        let is_known = directory.users.contains_key(id);
        if is_known { Ok(id.to_owned()) } else { Err(invalid_value(&format!("there is no user {id}"))) }
    };
    members.iter().map(id).collect()
}
