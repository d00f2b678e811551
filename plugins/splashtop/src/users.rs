//! Users. Splashtop updates only their names (P-6); the gateway keeps everything else, which takes effect when the user is
//! created again. A user name identifies the account (P-3).

use crate::{refusal, sso_name};
use scim_connector_sdk::scim::ScimApp;
use scim_connector_sdk::{App, Change, Fault, FieldChange, Level, Object, Stored, Value};

const USER_NAME: &str = "userName";
/// The only fields that Splashtop updates.
const UPDATABLE: [&str; 3] = ["displayName", "name.givenName", "name.familyName"];

/// One POST, with the name of the SSO method.
pub(crate) fn create(app: App<'_>, mut user: Object) -> Result<Stored, Fault> {
    sso_name::ensure(app.settings(), &mut user)?;
    ScimApp::users(app).create(user).map_err(refusal::of_user)
}

/// One PATCH of the names. A read before it only to compare a user name, or instead of it if no names change. A read after it
/// only if Splashtop does not return the user, because the gateway stores the unsent values beside Splashtop's fields.
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
    log_deferred_sso_name(app, change, &stored);
    Ok(stored)
}

fn is_updatable(field: &FieldChange) -> bool {
    UPDATABLE.iter().any(|name| field.path.as_str().eq_ignore_ascii_case(name))
}

/// Refuses another user name; the same name in another case is the same account.
fn same_user_name(wanted: &FieldChange, user: &Object) -> Result<(), Fault> {
    let current = user.get(USER_NAME).and_then(Value::as_str).unwrap_or_default();
    let wanted = wanted.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    if wanted.to_lowercase() == current.to_lowercase() {
        return Ok(());
    }
    Err(Fault::mutability(format!(
        "userName: Splashtop cannot change the account's user name from {current} to {wanted:?}. Delete the user and create \
         a new one"
    )))
}

/// Logs that Splashtop will apply a new ssoName only later. The log contains ids only, no names.
fn log_deferred_sso_name(app: App<'_>, change: &Change, stored: &Stored) {
    let wanted = change.field(sso_name::FIELD).and_then(|field| field.value.as_ref()).and_then(Value::as_str);
    let current = stored.document.as_ref().and_then(sso_name::of);
    if let (Some(wanted), Some(current)) = (wanted, current)
        && wanted != current
    {
        let id = &stored.id;
        app.log(
            Level::Warn,
            format!("user {id} has a new ssoName, which Splashtop applies only when the user is created again"),
        );
    }
}
