//! Why Samanage refused a user. Its error bodies are not documented, so nothing depends on them: after a write has failed,
//! possible reasons are looked up.

use crate::api::Api;
use crate::collection::USERS;
use crate::{paging, people, record, references, roles};
use scim_connector_sdk::{Answer, Fault, Object};

/// What to do after a refused write.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The manager does not exist (yet): write the user without (S-9).
    UnknownManager,
    /// Report the fault to the client.
    Fault(Fault),
}

/// Finds the reason for a refusal; `id` is the user to be changed, if the user exists.
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
    // If a look-up fails, use Samanage's own error.
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
        let unknown = roles::unknown(api, role)?;
        if unknown.is_some() {
            roles::forget(api, user);
        }
        return Ok(unknown.map(Refusal::Fault));
    }
    Ok(None)
}

/// The fault for a duplicate (S-20).
pub(crate) fn duplicate(email: &str) -> Fault {
    Fault::uniqueness(format!("another Samanage user has the e-mail address {email}"))
}
