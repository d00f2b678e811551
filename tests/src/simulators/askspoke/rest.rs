//! The REST API, read-only, with the key in `Api-Key`; and `POST /login` (`{"email"}`), which stands for a user's first login.

use super::{AskSpoke, DEPARTMENT, EMAIL, FORMATTED, MANAGER, START_DATE, USER_NAME};
use crate::simulators::{
    control::{Answer, Call},
    scim_app::{Directory, Place, Resource},
};
use serde_json::{Value, json};

/// How many users a list has without `limit`.
const DEFAULT_LIMIT: usize = 10;

/// A key that is not valid is 403, never 401.
pub(super) fn bad_key() -> Answer {
    refusal(403, 11038, "API Key invalid. Please check your API key and try again.")
}

pub(super) fn answer(app: &mut AskSpoke, directory: &Directory, call: &Call) -> Result<Answer, Answer> {
    let nothing = || refusal(404, 11003, "Not found");
    if (call.method.as_str(), call.path.as_str()) == ("POST", "/login") {
        let email = serde_json::from_slice::<Value>(&call.body).ok();
        let email = email.as_ref().and_then(|body| body.get("email")).and_then(Value::as_str);
        let id = email.and_then(|email| by_email(directory, email)).map(|user| user.id.clone()).ok_or_else(nothing)?;
        app.logged_in.insert(id);
        return Ok(Answer::empty(204));
    }
    let path = call.path.strip_prefix("/api/v1/").ok_or_else(nothing)?;
    if call.header("api-key") != Some(app.token.as_str()) {
        return Err(bad_key());
    }
    match (call.method.as_str(), path.split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", ["whoami"]) => Ok(json_answer(200, &json!({ "displayName": "Admin", "email": "admin@example.com" }))),
        ("GET", ["users"]) => list(app, directory, call),
        ("GET", ["users", id]) => {
            directory.users.get(*id).map(|found| json_answer(200, &user(app, directory, found))).ok_or_else(nothing)
        }
        ("GET", ["users", "email", address]) => {
            let address = address.replace("%40", "@").replace("%2B", "+");
            let found = by_email(directory, &address);
            found.map(|found| json_answer(200, &user(app, directory, found))).ok_or_else(nothing)
        }
        // Teams are not SCIM groups: nothing makes one.
        ("GET", ["teams"]) => Ok(json_answer(200, &json!({ "results": [], "total": 0, "start": 0, "limit": 25 }))),
        _ => Err(nothing()),
    }
}

fn list(app: &AskSpoke, directory: &Directory, call: &Call) -> Result<Answer, Answer> {
    let number = |name: &str, otherwise: usize| match call.parameter(name) {
        Some(text) => text.parse().map_err(|_| refusal(400, 11008, &format!("{name} is invalid"))),
        None => Ok(otherwise),
    };
    let (start, limit) = (number("start", 0)?, number("limit", DEFAULT_LIMIT)?);
    let wanted = call.parameter("q").unwrap_or_default().to_lowercase();
    let is_found = |found: &&Resource| {
        let has = |place| found.text(place).to_lowercase().contains(&wanted);
        let is_of_status = call.parameter("status").is_none_or(|wanted| wanted == status(app, found));
        is_of_status && (has(FORMATTED) || has(EMAIL) || has(USER_NAME))
    };
    let found: Vec<&Resource> = directory.users.values().filter(is_found).collect();
    let results: Vec<Value> = found.iter().skip(start).take(limit).map(|found| user(app, directory, found)).collect();
    Ok(json_answer(200, &json!({ "results": results, "total": found.len(), "start": start, "limit": limit })))
}

/// The REST shape of a user.
fn user(app: &AskSpoke, directory: &Directory, user: &Resource) -> Value {
    let address = |name| user.text(Place::Work("addresses", name));
    let location: Vec<&str> =
        [address("locality"), address("region")].into_iter().filter(|part| !part.is_empty()).collect();
    let manager = directory
        .users
        .get(user.text(MANAGER))
        .map(|manager| json!({ "name": manager.text(FORMATTED), "email": email(manager) }));
    json!({
        "id": user.id,
        "displayName": user.text(FORMATTED),
        "email": email(user),
        "isEmailVerified": status(app, user) == "ACTIVE",
        "isProfileCompleted": false,
        "profile": {
            "id": user.text(Place::Top("externalId")),
            "jobTitle": user.text(Place::Top("title")),
            "location": location.join(", "),
            "department": user.text(DEPARTMENT),
            "manager": manager,
            "startDate": user.text(START_DATE),
            "countryId": address("country"),
        },
        "createdAt": user.created.to_string(),
        "memberships": [{ "org": "example", "status": status(app, user), "role": "MEMBER" }],
    })
}

/// Invited until the first login.
fn status(app: &AskSpoke, user: &Resource) -> &'static str {
    let is_active = user.values.get(&Place::Top("active")) == Some(&json!(true));
    match (is_active, app.logged_in.contains(&user.id)) {
        (false, _) => "INACTIVE",
        (true, true) => "ACTIVE",
        (true, false) => "INVITED",
    }
}

/// The work address; without one the user name serves.
fn email(user: &Resource) -> &str {
    if user.text(EMAIL).is_empty() { user.text(USER_NAME) } else { user.text(EMAIL) }
}

fn by_email<'a>(directory: &'a Directory, address: &str) -> Option<&'a Resource> {
    directory.users.values().find(|user| email(user).eq_ignore_ascii_case(address))
}

fn refusal(status: u16, code: u32, message: &str) -> Answer {
    json_answer(status, &json!({ "code": code, "message": message }))
}

fn json_answer(status: u16, body: &Value) -> Answer {
    Answer::json(status, "application/json; charset=utf-8", body)
}
