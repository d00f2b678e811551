//! askSpoke returns 403 for an unknown token, with a message of its REST API. The token is the gateway's and not the
//! client's, and Entra would quarantine a job because of a 403.

use scim_connector_sdk::Fault;

/// The fault as the client should see it.
pub(crate) fn explained(fault: Fault) -> Fault {
    if fault.status != 403 {
        return fault;
    }
    let detail = fault.detail.trim_end_matches('.');
    Fault::bad_answer(format!(
        "askSpoke rejects the credential of this instance. {detail}. Create a new API token in Settings > Integrations > \
         SCIM and configure it for the instance"
    ))
}
