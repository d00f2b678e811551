//! askSpoke returns 403 for an unknown token, with a message of its REST API. The token is the gateway's and not the
//! client's: the host tells the client 502, and why.

use scim_connector_sdk::Fault;

/// The fault, with advice.
pub(crate) fn explained(fault: Fault) -> Fault {
    if fault.status != 403 {
        return fault;
    }
    let detail = fault.detail.trim_end_matches('.');
    let detail = format!(
        "askSpoke rejects the credential of this instance. {detail}. Create a new API token in Settings > Integrations > \
         SCIM and configure it for the instance"
    );
    Fault { detail, ..fault }
}
