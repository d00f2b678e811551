//! Why Samanage refused a user. The bodies of its errors are not documented, so nothing depends on them: what can be
//! the reason is looked up, once a write has failed.

use crate::api::Api;
use crate::collection::USERS;
use crate::{paging, people, record, references, roles};
use scim_connector_sdk::{Answer, Fault, Object};

/// What to do about a refused write.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The manager does not exist (yet): the rest can be written without (S-9).
    UnknownManager,
    /// The client must know.
    Fault(Fault),
}

/// Finds the reason of a refusal; `id` is that of the user who was to be changed.
pub(crate) fn explain(api: Api<'_>, id: Option<&str>, user: &Object, answer: &Answer) -> Refusal {
    let plain = match id {
        Some(id) if answer.status == 404 => Fault::not_found(USERS.kind, id),
        None if answer.status == 404 => paging::missing(USERS.list),
        _ => answer.fault(),
    };
    if !matches!(answer.status, 400 | 404 | 409 | 422) {
        return Refusal::Fault(plain);
    }
    references::forget(api, user);
    // A look-up that fails explains nothing: then Samanage's own words have to do.
    reason(api, id, user).ok().flatten().unwrap_or(Refusal::Fault(plain))
}

fn reason(api: Api<'_>, id: Option<&str>, user: &Object) -> Result<Option<Refusal>, Fault> {
    if let Some(email) = record::text(user, "email")
        && let Some(other) = people::with_email(api, email)?
        && record::id(&other).as_deref() != id
    {
        return Ok(Some(Refusal::Fault(duplicate(email))));
    }
    if let Some(manager) = people::manager(user)
        && people::with_id(api, &manager)?.is_none()
    {
        return Ok(Some(Refusal::UnknownManager));
    }
    if let Some(role) = people::role(user) {
        return Ok(roles::unknown(api, role)?.map(Refusal::Fault));
    }
    Ok(None)
}

/// S-20.
pub(crate) fn duplicate(email: &str) -> Fault {
    Fault::uniqueness(format!("Samanage has another user with the e-mail address {email}"))
}
