//! Splashtop's documented refusals (P-10), with advice on how to fix them. The wording of its errors is not documented, so the
//! status decides, and the wording only selects the advice.

use scim_connector_sdk::Fault;

/// Adds advice to a fault about a user.
pub(crate) fn of_user(fault: Fault) -> Fault {
    let fault = typed(fault);
    let said = fault.detail.to_lowercase();
    let advice = match fault.status {
        403 if said.contains("domain") => {
            "Add the domain of the e-mail address to the SSO method in the Splashtop portal"
        }
        403 if said.contains("licen") => "Remove users from the Splashtop team or buy more licences",
        403 => {
            "Splashtop refuses addresses in domains that the SSO method does not allow, users beyond the licences, and \
             tokens that do not belong to the team's owner"
        }
        409 => {
            "The address may belong to an account of this team or of another team; an account of another team must \
             leave that team first"
        }
        _ => return fault,
    };
    advised(fault, advice)
}

/// Adds advice to a fault about a group.
pub(crate) fn of_group(fault: Fault) -> Fault {
    let fault = typed(fault);
    let advice = match fault.status {
        403 => "A Splashtop team can have at most 2000 groups: remove some, or provision fewer groups",
        409 => "A group with this name already exists. If it is a computer group, rename it in the Splashtop portal",
        _ => return fault,
    };
    advised(fault, advice)
}

/// A duplicate is 409, whatever status Splashtop returned.
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
