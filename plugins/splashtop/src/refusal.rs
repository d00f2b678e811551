//! Splashtop's documented refusals (P-10), with what to do about them. Its words are not documented, so the status
//! decides and words only choose the advice.

use scim_connector_sdk::Fault;

/// Why a user was not created or changed.
pub(crate) fn of_user(fault: Fault) -> Fault {
    let fault = typed(fault);
    let said = fault.detail.to_lowercase();
    let advice = match fault.status {
        403 if said.contains("domain") => {
            "Add the domain of the e-mail address to the SSO method in the Splashtop portal"
        }
        403 if said.contains("licen") => "Remove users from the Splashtop team or buy licences for more",
        403 => {
            "Splashtop refuses addresses of a domain that the SSO method does not allow, users beyond the licences, \
             and tokens of others than the team's owner"
        }
        409 => {
            "The address may be an account of this team or of another one; an account of another team has to leave it \
             first"
        }
        _ => return fault,
    };
    advised(fault, advice)
}

/// Why a group was not created or changed.
pub(crate) fn of_group(fault: Fault) -> Fault {
    let fault = typed(fault);
    let advice = match fault.status {
        403 => "A Splashtop team has at most 2000 groups: remove some, or narrow what is provisioned",
        409 => "A group has this name already. If it is a group of computers, rename it in the Splashtop portal",
        _ => return fault,
    };
    advised(fault, advice)
}

/// A duplicate is 409, whatever the status it came with.
fn typed(fault: Fault) -> Fault {
    match fault.scim_type.as_deref() {
        Some("uniqueness") => Fault { status: 409, ..fault },
        _ => fault,
    }
}

fn advised(fault: Fault, advice: &str) -> Fault {
    let said = fault.detail.trim_end_matches('.');
    Fault { detail: format!("{said}. {advice}"), ..fault }
}
