//! Writes a user and verifies the outcome. A write succeeds only if Samanage shows it: after a lost response the user is looked
//! up (S-15), and values that a 200 response silently ignored are detected (S-8).

use crate::api::Api;
use crate::collection::USERS;
use crate::refusal::{self, Refusal};
use crate::{deletion, echo, names, people, record, references, roles};
use scim_connector_sdk::{Fault, Object, Stored, json};

/// The manager's field, as the mapping writes it.
const MANAGER: &str = "reports_to.id";

/// Creates a user, or changes the one with an id. An unknown manager is omitted and reported (S-9).
pub(crate) fn write(api: Api<'_>, id: Option<&str>, mut user: Object) -> Result<Stored, Fault> {
    let mut unresolved = Vec::new();
    if !convert_manager_id(&mut user) {
        omit_manager(&mut user, &mut unresolved);
    }
    loop {
        if let (Some(id), true) = (id, user.is_empty()) {
            // Nothing is left to write, but the user must exist.
            let stored = names::stored(people::with_id(api, id)?.ok_or_else(|| unknown(id))?)?;
            return Ok(Stored { unresolved, ..stored });
        }
        let call = id.map_or_else(|| api.post(USERS.list), |id| api.put(&USERS.record(id)));
        // Only what the response to a POST shows was made by it.
        let mut is_new = false;
        let answered = match call.json(&json!({"user": user})).send() {
            Ok(answer) if answer.is_success() => match (record::answered(&answer, USERS.singular), id) {
                (Err(_), Some(id)) => people::with_id(api, id)?.ok_or_else(|| unknown(id))?,
                (Err(fault), None) => find_created(api, &user, fault)?,
                (Ok(record), _) => {
                    is_new = id.is_none();
                    record
                }
            },
            Ok(answer) => match refusal::explain(api, id, &user, &answer) {
                Refusal::UnknownManager => {
                    omit_manager(&mut user, &mut unresolved);
                    continue;
                }
                Refusal::Fault(fault) => return Err(fault),
            },
            Err(lost) if lost.sent && id.is_none() => find_created(api, &user, lost.into())?,
            Err(lost) => return Err(lost.into()),
        };
        let mut stored = confirmed(api, is_new, &user, answered)?;
        stored.unresolved.extend(unresolved);
        return Ok(stored);
    }
}

/// Converts the manager's id to a number; false if it is not an id of Samanage's, which Okta may send.
fn convert_manager_id(user: &mut Object) -> bool {
    let Some(id) = user.get_mut("reports_to").and_then(|manager| manager.get_mut("id")) else { return true };
    let number = record::id_text(id).and_then(|text| record::numeric(USERS.kind, text.trim()).ok());
    if let Some(number) = number {
        *id = number.into();
    }
    number.is_some()
}

fn omit_manager(user: &mut Object, unresolved: &mut Vec<String>) {
    user.remove("reports_to");
    unresolved.push(MANAGER.to_owned());
}

/// Looks up a user whose creation was not confirmed. A POST is never repeated blindly.
fn find_created(api: Api<'_>, user: &Object, fault: Fault) -> Result<Object, Fault> {
    let email = record::text(user, "email").unwrap_or_default();
    match people::with_email(api, email) {
        // References are verified with the confirmed write; a different name or title means that it is another user.
        Ok(Some(found)) if echo::differences(user, &found).iter().all(|field| field.contains('.')) => Ok(found),
        Ok(Some(_)) => Err(refusal::duplicate(email)),
        Ok(None) | Err(_) => Err(fault),
    }
}

/// The user as Samanage returned it, after its references have been verified.
fn confirmed(api: Api<'_>, is_new: bool, sent: &Object, answered: Object) -> Result<Stored, Fault> {
    let mut stored = names::stored(answered)?;
    let Some(answered) = &stored.document else { return Ok(stored) };
    let mut unresolved = Vec::new();
    for field in echo::differences(sent, answered) {
        match field.as_str() {
            MANAGER => unresolved.push(field),
            "role.name" => return Err(undone(api, is_new, &stored.id, role_not_taken(api, sent))),
            "department.name" | "site.name" => {
                return Err(undone(api, is_new, &stored.id, references::not_taken(api, sent, &field)));
            }
            // Login and status: a client that got a 2xx must not find the old value.
            "disabled" | "email" => {
                let detail = format!("Samanage confirmed the write of user {} but left `{field}` unchanged", stored.id);
                return Err(Fault::bad_answer(detail));
            }
            other => api.warn(format!(
                "Samanage returned `{other}` of user {} with a different value than was sent",
                stored.id
            )),
        }
    }
    stored.unresolved = unresolved;
    Ok(stored)
}

/// What was remembered of the role is out of date.
fn role_not_taken(api: Api<'_>, sent: &Object) -> Fault {
    roles::forget(api, sent);
    let role = people::role(sent).unwrap_or_default();
    let fault = roles::unknown(api, role).ok().flatten();
    fault.unwrap_or_else(|| Fault::invalid_value(format!("roles: Samanage did not accept \"{role}\"")))
}

/// Deletes a new user whom Samanage saved with something else than was sent, so that the corrected request can succeed. What was saved of
/// another user stays, and the fault says so.
fn undone(api: Api<'_>, is_new: bool, id: &str, fault: Fault) -> Fault {
    if is_new && deletion::delete(api, USERS.kind, id, &USERS.record(id)).is_ok() {
        return fault;
    }
    Fault { detail: format!("{}. The rest of user {id} was saved nevertheless", fault.detail), ..fault }
}

fn unknown(id: &str) -> Fault {
    Fault::not_found(USERS.kind, id)
}
