//! Users. Splashtop changes their names and nothing else (P-6); what else is written is kept by the gateway, and counts
//! when the user is created again. A user name is the account itself (P-3).

use crate::{refusal, sso_name};
use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Fault, FieldChange, Level, Object, Stored, Value};

const USER_NAME: &str = "userName";
/// All that an update may hold.
const UPDATABLE: [&str; 3] = ["displayName", "name.givenName", "name.familyName"];

/// One POST, with the name of an SSO method.
pub(crate) fn create(app: App<'_>, mut user: Object) -> Result<Stored, Fault> {
    sso_name::ensure(app.settings(), &mut user)?;
    ScimApp::users(app).create(user).map_err(refusal::of_user)
}

/// One PATCH of the names. A read before it only to compare a user name, or instead of it where there are no names. A read
/// after it only where Splashtop does not show the user: the gateway keeps what was not sent beside what Splashtop has.
pub(crate) fn update(app: App<'_>, id: &str, change: &Change) -> Result<Stored, Fault> {
    let users = ScimApp::users(app);
    let fields: Vec<FieldChange> = change.fields.iter().filter(|field| is_updatable(field)).cloned().collect();
    let names = Change { fields, items: Vec::new() };
    let user_name = change.field(USER_NAME);
    let mut stored = Stored::new(id);
    if user_name.is_some() || names.is_empty() {
        stored = users.read(id, &[])?;
    }
    if let (Some(wanted), Some(user)) = (user_name, &stored.document) {
        same_user_name(wanted, user)?;
    }
    if !names.is_empty() {
        stored = users.update(id, &names).map_err(refusal::of_user)?;
        if stored.document.is_none() && names.fields.len() < change.fields.len() {
            stored = users.read(id, &[])?;
        }
    }
    tell_of_sso_name(app, change, &stored);
    Ok(stored)
}

fn is_updatable(field: &FieldChange) -> bool {
    UPDATABLE.iter().any(|name| field.path.as_str().eq_ignore_ascii_case(name))
}

/// The same name in another case is the same account.
fn same_user_name(wanted: &FieldChange, user: &Object) -> Result<(), Fault> {
    let current = user.get(USER_NAME).and_then(Value::as_str).unwrap_or_default();
    let wanted = wanted.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    if wanted.to_lowercase() == current.to_lowercase() {
        return Ok(());
    }
    Err(Fault::mutability(format!(
        "userName: it is the Splashtop account {current} and cannot become {wanted:?}. Delete the user and create \
         another one"
    )))
}

/// The operator hears of what the client was promised and Splashtop does later. No names: ids only.
fn tell_of_sso_name(app: App<'_>, change: &Change, stored: &Stored) {
    let wanted = change.field(sso_name::FIELD).and_then(|field| field.value.as_ref()).and_then(Value::as_str);
    let current = stored.document.as_ref().and_then(sso_name::of);
    if let (Some(wanted), Some(current)) = (wanted, current)
        && wanted != current
    {
        let id = &stored.id;
        app.log(
            Level::Warn,
            format!("user {id} has a new ssoName: Splashtop takes it when the user is created, so after a restore"),
        );
    }
}
