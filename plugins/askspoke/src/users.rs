//! Users: one call per operation, in the shapes that askSpoke uses.

use crate::{display_name, elements, manager};
use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Fault, Object, Page, Query, Stored};

/// askSpoke removes inactive users, so the gateway deletes them instead; `active` is sent only with a new user.
const ACTIVE: &str = "active";

fn users(app: App<'_>) -> ScimApp<'_> {
    ScimApp::users(app).referring(manager::FIELD)
}

pub(crate) fn create(app: App<'_>, mut user: Object) -> Result<Stored, Fault> {
    display_name::into_name(&mut user);
    Ok(shown(users(app).create(user)?))
}

pub(crate) fn read(app: App<'_>, id: &str) -> Result<Stored, Fault> {
    Ok(shown(users(app).read(id, &[])?))
}

/// One PATCH. If askSpoke reports a missing list element, a read and another PATCH that adds the element.
pub(crate) fn update(app: App<'_>, id: &str, change: &Change) -> Result<Stored, Fault> {
    let mut change = change.clone();
    change.fields.retain(|field| field.path.as_str() != ACTIVE);
    display_name::into_change(&mut change);
    let updated = match users(app).update(id, &change) {
        Err(fault) if elements::may_be_missing(&fault, &change) => {
            let user = users(app).read(id, &[])?.document.unwrap_or_default();
            users(app).update(id, &elements::with_missing_elements(change, &user))
        }
        updated => updated,
    };
    Ok(shown(updated?))
}

pub(crate) fn search(app: App<'_>, query: &Query) -> Result<Page, Fault> {
    let page = users(app).search(query)?;
    Ok(Page { resources: page.resources.into_iter().map(shown).collect(), ..page })
}

/// A user in the shape that the mapping reads.
fn shown(mut stored: Stored) -> Stored {
    if let Some(user) = &mut stored.document {
        display_name::show(user);
        manager::show(user);
    }
    stored
}
