//! The just-in-time login URL of an SSO method: a first login makes a user, any later one changes nothing.
//!
//! `POST /sso/jit` with `{"ssoName", "email", "groups"?}` stands for the SAML assertion that the real URL takes.

use super::{DISPLAY_NAME, SSO_NAME, Splashtop, USER_NAME};
use crate::simulators::{
    control::{Answer, Call},
    scim_app::{Dialect, Directory, Place, Values, refusal},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

/// What the assertion says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Assertion {
    sso_name: String,
    email: String,
    #[serde(default)]
    groups: Vec<String>,
}

pub(super) fn login(app: &Splashtop, directory: &mut Directory, call: &Call, now: Timestamp) -> Result<Answer, Answer> {
    if (call.method.as_str(), call.path.as_str()) != ("POST", "/sso/jit") {
        return Err(Answer::text(404, "text/html", "<h1>Not Found</h1>"));
    }
    let assertion: Assertion =
        serde_json::from_slice(&call.body).map_err(|cause| Answer::text(400, "text/plain", cause.to_string()))?;
    if let Some(user) = directory.user_named(&assertion.email) {
        return Ok(Answer::json(200, "application/json", &json!({ "id": user.id })));
    }
    if !app.switches.jit {
        return Err(refusal(403, None, "there is no such user"));
    }
    // Only the address is taken over; names stay empty.
    let mut user = Values::from([
        (USER_NAME, json!(assertion.email)),
        (SSO_NAME, json!(assertion.sso_name)),
        (Place::Top("active"), json!(true)),
    ]);
    app.check_user(directory, None, &mut user)?;
    let id = directory.insert_user(user, now);
    for name in assertion.groups {
        let known = directory.group_named(&name).map(|group| group.id.clone());
        let group = known.unwrap_or_else(|| directory.insert_group(Values::from([(DISPLAY_NAME, json!(name))]), now));
        if let Some(group) = directory.groups.get_mut(&group) {
            group.members.insert(id.clone());
        }
    }
    Ok(Answer::json(201, "application/json", &json!({ "id": id })))
}
