//! DELETE (S-16): a success has no meaningful body, an unknown user does not always result in 404, and the response may be
//! lost after the deletion.

use crate::api::Api;
use scim_connector_sdk::{Answer, Fault};

/// Deletes the record at a path; 404 if there was none. If the response was lost, and the record is gone, this is what deleted it.
pub(crate) fn delete(api: Api<'_>, kind: &str, id: &str, path: &str) -> Result<(), Fault> {
    let missing = || Fault::not_found(kind, id);
    let (fault, gone) = match api.delete(path).send() {
        Ok(answer) if answer.is_success() => return Ok(()),
        Ok(answer) if answer.status == 404 => return Err(missing()),
        Ok(answer) if is_about_the_caller(&answer) => return Err(answer.fault()),
        Ok(answer) => (answer.fault(), Err(missing())),
        Err(lost) if lost.sent => (lost.into(), Ok(())),
        Err(refused) => return Err(refused.into()),
    };
    match api.get(path).send() {
        Ok(answer) if answer.status == 404 => gone,
        _ => Err(fault),
    }
}

/// Deletes a record without GET, such as a membership: only the response to DELETE tells whether it is gone.
pub(crate) fn delete_unverified(api: Api<'_>, path: &str) -> Result<(), Fault> {
    let answer = api.delete(path).send()?;
    if answer.is_success() || answer.status == 404 { Ok(()) } else { Err(answer.fault()) }
}

/// Whether the error is about credential, permission or rate, so that a GET would fail the same way.
fn is_about_the_caller(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403 | 406 | 429)
}
