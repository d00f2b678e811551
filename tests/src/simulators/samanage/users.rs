//! `/users.json`: create, read, change and delete.

use super::account::Account;
use super::answer::{Handled, answer, deleted};
use super::id::Id;
use super::paging::present;
use super::references::Pointed;
use super::shelf::Shelf;
use super::switches::UnknownRef;
use super::user::User;
use super::user_record;
use super::values::{self, Pointer};
use super::{custom_fields, refusals};
use crate::simulators::control::{Answer, Call};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// `POST /users.json`
pub(super) fn create(account: &mut Account, call: &Call, now: Timestamp) -> Handled {
    let fields = values::fields(call, "user")?;
    let default_role = account.reference_named(Shelf::Roles, &account.switches.default_role);
    let mut user = User::new("", "", default_role.ok_or_else(|| refusals::blank("role"))?, now);
    write(account, &mut user, &fields)?;
    let status = account.switches.create_status.into();
    let id = account.insert_user(user);
    shown(account, id, status)
}

/// `GET /users/{id}.json`
pub(super) fn read(account: &Account, id: Id) -> Handled {
    shown(account, id, 200)
}

/// `GET /profile.json`: the token's owner.
pub(super) fn profile(account: &Account) -> Handled {
    shown(account, account.owner, 200)
}

/// `PUT /users/{id}.json`: fields that are not sent stay.
pub(super) fn update(account: &mut Account, call: &Call, id: Id, now: Timestamp) -> Handled {
    let mut user = account.users.get(&id).cloned().ok_or_else(refusals::not_found)?;
    // Re-sending the activation mail changes nothing and answers with something that is not JSON.
    if call.parameter("send_activation_email") == Some("1") {
        return Ok(Answer::text(200, "text/html", " "));
    }
    write(account, &mut user, &values::fields(call, "user")?)?;
    user.updated_at = now;
    account.replace_user(user);
    shown(account, id, 200)
}

/// `DELETE /users/{id}.json`
pub(super) fn delete(account: &mut Account, id: Id) -> Handled {
    account.remove_user(id).ok_or_else(|| refusals::unknown_user_to_delete(id))?;
    Ok(deleted("user"))
}

fn shown(account: &Account, id: Id, status: u16) -> Handled {
    let user = account.users.get(&id).ok_or_else(refusals::not_found)?;
    Ok(answer(status, &present(&account.switches, "user", user_record::user(account, user))))
}

/// Writes the fields that the app knows and passes over the others. On a refusal nothing is stored, except references that
/// were created on the way.
fn write(account: &mut Account, user: &mut User, fields: &Map<String, Value>) -> Result<(), Answer> {
    for (field, value) in fields {
        let text = values::text(value);
        match (field.as_str(), text) {
            ("name", Some(text)) => user.name = text,
            ("email", Some(text)) => user.email = text,
            ("title", Some(text)) => user.title = text,
            ("phone", Some(text)) => user.phone = text,
            ("mobile_phone", Some(text)) => user.mobile_phone = text,
            ("disabled", _) => user.disabled = values::boolean(value).unwrap_or(user.disabled),
            ("role", _) => match account.resolve(Shelf::Roles, field, value)? {
                Pointed::At(role) => user.role = role,
                Pointed::Nowhere => return Err(refusals::blank("role")),
                Pointed::Unchanged => {}
            },
            ("site", _) => account.resolve(Shelf::Sites, field, value)?.put(&mut user.site),
            ("department", _) => account.resolve(Shelf::Departments, field, value)?.put(&mut user.department),
            ("reports_to", _) => manager(account, value)?.put(&mut user.reports_to),
            ("custom_fields_values", _) => custom_fields::write(&mut user.custom_fields, value),
            _ => {}
        }
    }
    check(account, user)
}

/// `{"email": …}` or `{"id": …}`; people are never created on the way.
fn manager(account: &Account, value: &Value) -> Result<Pointed, Answer> {
    let found = match values::pointer(value) {
        Pointer::Nobody => return Ok(Pointed::Nowhere),
        Pointer::IllShaped => return Ok(Pointed::Unchanged),
        Pointer::Id(id) => account.users.contains_key(&id).then_some(id),
        Pointer::Email(email) => account.emails.get(&email.to_lowercase()).copied(),
        Pointer::Name(_) => None,
    };
    match found {
        Some(id) => Ok(Pointed::At(id)),
        None if account.switches.unknown_ref == UnknownRef::Refuse => {
            Err(refusals::unknown_reference("reports_to", value))
        }
        None => Ok(Pointed::Unchanged),
    }
}

fn check(account: &Account, user: &User) -> Result<(), Answer> {
    if user.name.trim().is_empty() {
        return Err(refusals::blank("name"));
    }
    if user.email.trim().is_empty() {
        return Err(refusals::blank("email"));
    }
    let (local, domain) = user.email.split_once('@').unwrap_or_default();
    if local.is_empty() || domain.is_empty() || user.email.contains(char::is_whitespace) {
        return Err(refusals::invalid("email"));
    }
    match account.emails.get(&user.email.to_lowercase()) {
        Some(other) if *other != user.id => Err(refusals::taken("email")),
        _ => Ok(()),
    }
}
