//! askSpoke answers a token that it does not know with 403, in the words of its REST API. That is the gateway's
//! credential and none of the client's: Entra would quarantine a job for 403.

use scim_connector_sdk::Fault;

/// A refusal as the client should see it.
pub(crate) fn explained(fault: Fault) -> Fault {
    if fault.status != 403 {
        return fault;
    }
    let detail = fault.detail.trim_end_matches('.');
    Fault::bad_answer(format!(
        "askSpoke refuses the credential of this instance. {detail}. Make a new API token in Settings > Integrations > \
         SCIM and give it to the instance"
    ))
}
