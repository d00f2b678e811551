//! DELETE (S-16): the body of a success says nothing, an unknown user is not always answered with 404, and an answer
//! may be lost after the deed.

use crate::api::Api;
use scim_connector_sdk::{Answer, Fault};

/// Deletes what stands at a path. It is a success when it is gone, however that is learnt.
pub(crate) fn delete(api: Api<'_>, path: &str) -> Result<(), Fault> {
    let fault = match api.delete(path).send() {
        Ok(answer) if answer.is_success() || answer.status == 404 => return Ok(()),
        Ok(answer) if is_about_the_caller(&answer) => return Err(answer.fault()),
        Ok(answer) => answer.fault(),
        Err(lost) if lost.sent => lost.into(),
        Err(refused) => return Err(refused.into()),
    };
    match api.get(path).send() {
        Ok(answer) if answer.status == 404 => Ok(()),
        _ => Err(fault),
    }
}

/// Deletes a membership, which has no GET: only its own answer says that it is gone.
pub(crate) fn delete_blindly(api: Api<'_>, path: &str) -> Result<(), Fault> {
    let answer = api.delete(path).send()?;
    if answer.is_success() || answer.status == 404 { Ok(()) } else { Err(answer.fault()) }
}

/// Credential, permission, rate: looking again would be answered the same.
fn is_about_the_caller(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403 | 406 | 429)
}
